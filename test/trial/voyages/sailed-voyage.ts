import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { Random } from '../../../src/load/random.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { createBridge } from '../../../src/trial/ship/bridge.ts'
import type { Pace } from '../../../src/trial/pace.ts'
import type { Voyage } from '../../../src/trial/voyage.ts'
import { makeFacts } from '../samples.ts'

const SERVICES = join(import.meta.dirname, '..', 'services')

export interface SailOptions {
  readonly pace?: Pace
  readonly abort?: AbortController
}

/** Sails a voyage with a real process to its end. */
export async function sailVoyage(
  voyage: Voyage,
  facts: Facts,
  { pace = 'quick', abort = new AbortController() }: SailOptions = {},
): Promise<readonly Lifetime[]> {
  let id = 0
  await using bridge = createBridge({
    facts,
    pace,
    clock: systemClock,
    random: new Random(7),
    signal: abort.signal,
    say: () => {},
    voyage: voyage.id,
    trialId: `test-${process.pid}-${voyage.id}`,
    nextLifetimeId: () => id++,
    unixMs: () => performance.timeOrigin + performance.now(),
  })
  try {
    await voyage.sail(bridge)
  } catch (error) {
    if (!abort.signal.aborted) throw error
  }
  await bridge.end()
  return bridge.lifetimes()
}

/** What is known of one of the services in `test/trial/services`. */
export function serviceFacts(name: string, args: readonly string[] = [], changes: Partial<Facts> = {}): Facts {
  return makeFacts({
    command: [process.execPath, join(SERVICES, `${name}.mjs`), ...args],
    cwd: SERVICES,
    env: { PATH: process.env['PATH'] },
    startupMs: { value: 5000, origin: 'default' },
    probes: {},
    telemetry: { traces: false, metrics: false, logs: false },
    ...changes,
  })
}

const PROBE = {
  origin: 'found',
  port: 8080,
  periodMs: 1000,
  timeoutMs: 1000,
  failureThreshold: 2,
  initialDelayMs: 0,
} as const

export const READY_AND_LIVE: Facts['probes'] = {
  ready: { path: '/readyz', ...PROBE },
  live: { path: '/livez', ...PROBE },
}
