import { EnvReader } from '../core/env-reader.ts'
import type { BudgetOrigin } from './budget-origin.ts'
import { MAX_SLICE_MS } from './budget-slices.ts'
import { detectPlatform, findPlatform, type Platform, type PlatformSurroundings, USUAL_GRACE_MS } from './platform.ts'

/** Where a budget is worked out. */
export interface BudgetSurroundings extends PlatformSurroundings {
  /** Whether a person watches: standard output is a terminal. */
  readonly isTerminal: boolean
  /** What a command line says, which beats the environment. @default nothing */
  readonly flags?: BudgetFlags
}

/** What a command line says of a budget instead of the environment. */
export interface BudgetFlags {
  readonly graceMs?: number
  readonly preStopMs?: number
  /** The platform to assume instead of the detected one; `none` for no platform. */
  readonly platform?: string
  /** Whether the slices that were chosen are flags, too, rather than options of a service. */
  readonly slices?: boolean
}

/** The time between the signal and SIGKILL, and what surrounds it. */
export interface GracePeriod {
  readonly graceMs: number
  readonly origin: BudgetOrigin
  /** Somebody said so; otherwise it is what the platform gives by default, or what platforms usually give. */
  readonly isDeclared: boolean
  readonly platform: Platform | undefined
  readonly preStopMs: number
  readonly preStopOrigin: BudgetOrigin
  /** `SEAWORTHY_DRAIN_DELAY`. */
  readonly drainDelayMs: number | undefined
}

const MAX_SECONDS = 86_400

/**
 * Reads what the environment says about the end of the process.
 *
 * @throws {@link SeaworthyError} `SEA_ENV_INVALID` with every malformed variable
 */
export function readGracePeriod({ flags = {}, ...around }: BudgetSurroundings): GracePeriod {
  const env = new EnvReader(around.env)
  const graceSeconds = env.number('SEAWORTHY_GRACE_SECONDS', { min: 1, max: MAX_SECONDS })
  const preStopSeconds = env.number('SEAWORTHY_PRE_STOP_SECONDS', { min: 0, max: MAX_SECONDS })
  const drainDelayMs = env.durationWithUnit('SEAWORTHY_DRAIN_DELAY')
  if (drainDelayMs !== undefined && drainDelayMs > MAX_SLICE_MS) {
    env.problem(`SEAWORTHY_DRAIN_DELAY is "${env.text('SEAWORTHY_DRAIN_DELAY')}", expected an hour at most`)
  }
  env.done()
  const platform = flags.platform === undefined ? detectPlatform(around) : findPlatform(flags.platform)
  return { ...toGrace(flags, graceSeconds, platform), ...toPreStop(flags, preStopSeconds), platform, drainDelayMs }
}

function toGrace(
  flags: BudgetFlags,
  seconds: number | undefined,
  platform: Platform | undefined,
): Pick<GracePeriod, 'graceMs' | 'origin' | 'isDeclared'> {
  if (flags.graceMs !== undefined)
    return { graceMs: flags.graceMs, origin: { from: 'flag', name: '--grace' }, isDeclared: true }
  if (seconds !== undefined) {
    const origin = { from: 'variable', name: 'SEAWORTHY_GRACE_SECONDS' } as const
    return { graceMs: toMs(seconds), origin, isDeclared: true }
  }
  if (platform !== undefined)
    return { graceMs: platform.graceMs, origin: { from: 'platform', name: platform.title }, isDeclared: false }
  return { graceMs: USUAL_GRACE_MS, origin: { from: 'assumed' }, isDeclared: false }
}

function toPreStop(flags: BudgetFlags, seconds: number | undefined): Pick<GracePeriod, 'preStopMs' | 'preStopOrigin'> {
  if (flags.preStopMs !== undefined)
    return { preStopMs: flags.preStopMs, preStopOrigin: { from: 'flag', name: '--pre-stop' } }
  if (seconds === undefined) return { preStopMs: 0, preStopOrigin: { from: 'default' } }
  return { preStopMs: toMs(seconds), preStopOrigin: { from: 'variable', name: 'SEAWORTHY_PRE_STOP_SECONDS' } }
}

/** 64.1 s are 64,100 ms; multiplied alone they are 64,099.99…, into which a budget of 64,100 ms does not fit. */
function toMs(seconds: number): number {
  return Number((seconds * 1000).toFixed(6))
}
