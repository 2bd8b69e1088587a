import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { Random } from '../../../src/load/random.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { createBridge } from '../../../src/trial/ship/bridge.ts'
import type { LaunchOptions, Ship } from '../../../src/trial/ship/ship.ts'
import { makeFacts } from '../samples.ts'

const SERVICES = join(import.meta.dirname, '..', 'services')

/** The command that runs one of the services in `test/trial/services`. */
export function service(name: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, join(SERVICES, `${name}.mjs`), ...args]
}

/** What is known of a service that has no probes and starts soon. */
export function factsOf(command: readonly string[], changes: Partial<Facts> = {}): Facts {
  return makeFacts({
    command,
    cwd: SERVICES,
    env: { PATH: process.env['PATH'] },
    probes: {},
    startupMs: { value: 10_000, origin: 'default' },
    ...changes,
  })
}

export interface Sailed {
  readonly lifetime: Lifetime
  /** Command lines of processes of the trial that are still there. */
  readonly left: readonly string[]
}

/** Sails with one launch, and looks with eyes of its own whether anything is left afterwards. */
export async function sail(
  facts: Facts,
  options: Omit<LaunchOptions, 'label'>,
  voyage: (ship: Ship, abort: AbortController) => Promise<void> = async () => {},
): Promise<Sailed> {
  const trialId = `test-${process.pid}-${++trials}`
  const abort = new AbortController()
  const bridge = createBridge({
    facts,
    pace: 'quick',
    clock: systemClock,
    random: new Random(1),
    signal: abort.signal,
    say: () => {},
    voyage: 'test',
    trialId,
    nextLifetimeId: () => 0,
    unixMs: () => performance.timeOrigin + performance.now(),
  })
  try {
    const ship = await bridge.launch({ label: 'test', ...options })
    await voyage(ship, abort)
    await ship.end()
  } finally {
    await bridge.end()
  }
  const [lifetime] = bridge.lifetimes()
  if (lifetime === undefined) throw new Error('no lifetime')
  return { lifetime, left: processesOf(trialId) }
}

let trials = 0

/** Every process of this machine that has the id of a trial in its environment. */
export function processesOf(trialId: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
        if (!environment.includes(`SEAWORTHY_TRIAL=${trialId}.`)) return []
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`]
      } catch {
        return []
      }
    })
}

/** What `shows-environment` was given. */
export async function environmentOf(host: string, port: number): Promise<Record<string, string>> {
  return (await (await fetch(`http://${host}:${port}/`)).json()) as Record<string, string>
}
