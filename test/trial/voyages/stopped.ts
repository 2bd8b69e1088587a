import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { Random } from '../../../src/load/random.ts'
import { quietPort } from '../../../src/process/quiet-port.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { createBridge } from '../../../src/trial/ship/bridge.ts'
import type { Pace } from '../../../src/trial/pace.ts'
import type { Voyage } from '../../../src/trial/voyage.ts'
import { factsOf, processesOf, service } from '../ship/launched.ts'

/** What is known of the services that stop in the way that is said. */
export function stoppingFacts(how: string, changes: Partial<Facts> = {}): Facts {
  const known = { value: 0, origin: 'found' } as const
  return factsOf(service('stops', how), {
    slow: { method: 'GET', path: '/slow', headers: {} },
    upload: { method: 'POST', path: '/', headers: {}, body: 'x'.repeat(100) },
    probes: {
      ready: {
        path: '/readyz',
        port: 8080,
        origin: 'found',
        periodMs: 10_000,
        timeoutMs: 1000,
        failureThreshold: 3,
        initialDelayMs: 0,
      },
    },
    graceMs: { ...known, value: 5000 },
    endpointLagMs: { ...known, value: 500 },
    telemetry: { traces: true, metrics: true, logs: false, protocol: 'http/json' },
    ...changes,
  })
}

const GOLDEN = join(import.meta.dirname, '..', 'services', 'golden.ts')

/** What is known of a service of the runtime, whose probes are on a port of their own. */
export async function goldenFacts(changes: Partial<Facts> = {}): Promise<Facts> {
  const port = await quietPort('127.0.0.1')
  const facts = stoppingFacts('correct', changes)
  const { ready } = facts.probes
  return {
    ...facts,
    command: [process.execPath, '--conditions=seaworthy-source', GOLDEN],
    env: { ...facts.env, ADMIN_PORT: String(port) },
    probes: ready === undefined ? {} : { ready: { ...ready, port } },
    graceMs: { value: 30_000, origin: 'default' },
    telemetry: { traces: true, metrics: true, logs: true, protocol: 'http/protobuf' },
    ...changes,
  }
}

/** Sails a voyage, and fails when anything of the service is left. */
export async function sailVoyage(
  voyage: Voyage,
  facts: Facts,
  { pace = 'quick', seed = 1 }: { readonly pace?: Pace; readonly seed?: number } = {},
): Promise<readonly Lifetime[]> {
  const trialId = `stop-${process.pid}-${++trials}`
  let lifetimes = 0
  const bridge = createBridge({
    facts,
    pace,
    clock: systemClock,
    random: new Random(seed),
    signal: new AbortController().signal,
    say: () => {},
    voyage: voyage.id,
    trialId,
    nextLifetimeId: () => lifetimes++,
    unixMs: () => performance.timeOrigin + performance.now(),
  })
  try {
    await voyage.sail(bridge)
  } finally {
    await bridge.end()
  }
  const left = processesOf(trialId)
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
  return bridge.lifetimes()
}

let trials = 0
