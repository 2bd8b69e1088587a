import type { Random } from '../../src/load/random.ts'

/** A signal that `seaworthy trial` gets in the middle of its work. */
export interface Interruption {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'
  readonly afterMs: number
  /** Somebody who is impatient sends it again. */
  readonly isTwice: boolean
}

/** One run of `seaworthy trial`, as chance would have it. */
export interface PlannedRun {
  /** The service, relative to the root of the repository. */
  readonly service: string
  readonly flags: readonly string[]
  /** Absent of a run that goes to its end. */
  readonly interruption?: Interruption
}

/** Services that leave something when they are not held: children, forks, sockets, a background process, and good ones. */
const SERVICES = [
  'test/cli/fixtures/naive-server.mjs',
  'test/trial/services/stops.mjs',
  'test/trial/services/leaves-children.mjs',
  'test/trial/services/forks-without-end.mjs',
  'test/trial/services/daemonises.mjs',
  'test/trial/services/ignores-sigterm.mjs',
  'test/trial/services/never-listens.mjs',
  'test/trial/services/golden.ts',
  'test/trial/services/golden-http2.ts',
] as const

/** Small enough that a run which goes to its end takes a minute. */
const SMALL = [
  ['--quick', '--only', 'STOP-01,STOP-06'],
  ['--only', 'STOP-08,START-05'],
  ['--only', 'STOP-16', '--quick'],
  ['--only', 'START-01,PROBE-01'],
] as const

/** Four of five are interrupted, at any moment of the first minute; half of those in a run of all trials. */
export function planRun(random: Random): PlannedRun {
  const service = random.pick(SERVICES)
  const shared = ['--start-within', '5s', '--grace', '5s']
  if (!random.chance(0.8)) return { service, flags: [...random.pick(SMALL), ...shared] }
  const flags = random.chance(0.5) ? shared : [...random.pick(SMALL), ...shared]
  return { service, flags, interruption: planInterruption(random) }
}

function planInterruption(random: Random): Interruption {
  return {
    signal: random.pick(['SIGINT', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const),
    // The first seconds hold the most beginnings: half of all signals come there.
    afterMs: random.below(random.chance(0.5) ? 10_000 : 60_000),
    isTwice: random.chance(0.25),
  }
}
