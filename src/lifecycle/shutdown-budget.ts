import { formatDuration } from '../core/duration.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { BudgetOrigin, BudgetPart } from './budget-origin.ts'
import {
  DEFAULT_SLICES,
  describeSum,
  LEAST_SCALE,
  readSlices,
  type ShutdownBudgetOptions,
  type SliceName,
  type Slices,
  SLICES,
  TERMINAL_SLICES,
  totalOf,
} from './budget-slices.ts'
import { type BudgetSurroundings, type GracePeriod, readGracePeriod } from './grace-period.ts'
import { leastGraceMs, toSeconds } from './least-grace.ts'

export type { ShutdownBudgetOptions } from './budget-slices.ts'
export type { BudgetSurroundings } from './grace-period.ts'

/** The slices that a shutdown goes by, worked out and held against the grace period. */
export interface ShutdownBudget {
  readonly drainDelayMs: number
  readonly inFlightMs: number
  readonly stopMs: number
  readonly flushMs: number
  readonly marginMs: number
  /** The sum of the slices: the longest time that a shutdown takes once its signal has come. */
  readonly totalMs: number
  /** The whole of a shutdown after an uncaught exception: see {@link toCrashBudget}. */
  readonly crashMs: number
  /** Whether a blocked event loop is ended at the end of the budget. */
  readonly watchdog: boolean
  /** What a `preStop` hook takes of the grace period before the signal comes. */
  readonly preStopMs: number
  /** The time the platform gives, and how it is known. */
  readonly graceMs: number
  readonly graceSource: 'SEAWORTHY_GRACE_SECONDS' | '--grace' | 'platform' | 'assumed'
  /** `kubernetes`, `docker`, …, when the process says where it runs. */
  readonly platform?: string
  /** Where each number came from. */
  readonly origins: Readonly<Record<BudgetPart, BudgetOrigin>>
  /** Said once at boot: the budget does not fit a grace that is only assumed, or had to be scaled down. */
  readonly warning?: string
}

/**
 * `fits` · `scaled`: default slices were made shorter to fit · `exceeds`: longer than a grace period that is only assumed
 * · `refused`: longer than a declared one, and no default slice is left to be made shorter.
 */
export type BudgetVerdict = 'fits' | 'scaled' | 'exceeds' | 'refused'

export interface FittedBudget {
  readonly budget: ShutdownBudget
  readonly verdict: BudgetVerdict
  readonly grace: GracePeriod
}

/**
 * Works out the slices, and holds them against the grace period: the time between SIGTERM and SIGKILL.
 *
 * `SEAWORTHY_GRACE_SECONDS` declares it (write the same number into the manifest), `SEAWORTHY_PRE_STOP_SECONDS` what a
 * `preStop` hook takes of it, and `SEAWORTHY_DRAIN_DELAY` overrides the drain delay. Default slices are scaled down to
 * fit a smaller declared grace, to a tenth at most; slices that were chosen and don't fit are refused.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, `SEA_ENV_INVALID`, or `SEA_BUDGET_EXCEEDS_GRACE`
 */
export function resolveShutdownBudget(options: ShutdownBudgetOptions = {}, around: BudgetSurroundings): ShutdownBudget {
  const { budget, verdict, grace } = fitBudget(options, around)
  if (verdict !== 'refused') return budget
  const setting = grace.platform?.setting ?? 'terminationGracePeriodSeconds'
  const leastMs = leastGraceMs(budget)
  const scaling =
    leastMs < budget.totalMs + budget.preStopMs ? ' (default slices are scaled down to a tenth, no further)' : ''
  throw new SeaworthyError(
    'SEA_BUDGET_EXCEEDS_GRACE',
    `The shutdown budget ${describeSum(toSlices(budget), grace.preStopMs)} exceeds the grace period of ${formatDuration(grace.graceMs)}`,
    {
      hint: `Raise ${setting} and SEAWORTHY_GRACE_SECONDS together, to ${toSeconds(leastMs)} s or more${scaling}, or shorten the slices.`,
    },
  )
}

/**
 * The same, but what would be refused is returned with that verdict: for whoever wants to see the sum.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` or `SEA_ENV_INVALID`
 */
export function fitBudget(options: ShutdownBudgetOptions, around: BudgetSurroundings): FittedBudget {
  const grace = readGracePeriod(around)
  const byVariable = grace.drainDelayMs === undefined ? {} : { drainDelay: grace.drainDelayMs }
  const { chosen, crashMs, watchdog } = readSlices({ ...options, ...byVariable })
  const isWatched = around.isTerminal && grace.platform?.hasUnwatchedTerminals !== true
  const terminal = isWatched ? TERMINAL_SLICES : {}
  const wanted: Slices = { ...DEFAULT_SLICES, ...terminal, ...chosen }

  const originOf = (slice: SliceName): BudgetOrigin => {
    if (slice in byVariable) return { from: 'variable', name: 'SEAWORTHY_DRAIN_DELAY' }
    if (chosen[slice] === undefined) return { from: slice in terminal ? 'terminal' : 'default' }
    if (around.flags?.slices === true) return { from: 'flag', name: toFlag(slice) }
    return { from: 'option', name: `shutdown.${slice}` }
  }
  const toResult = (slices: Slices, verdict: BudgetVerdict, warning?: string): FittedBudget => ({
    budget: toBudget(slices, {
      grace,
      crashMs,
      watchdog,
      originOf,
      wanted,
      ...(warning === undefined ? {} : { warning }),
    }),
    verdict,
    grace,
  })

  const { graceMs, preStopMs } = grace
  if (totalOf(wanted) + preStopMs <= graceMs) return toResult(wanted, 'fits')
  if (!grace.isDeclared) return toResult(wanted, 'exceeds', isWatched ? undefined : describeExcess(wanted, grace))

  // What a terminal made shorter is short enough: it is kept, as chosen slices are.
  const fixed = { ...terminal, ...chosen }
  const fixedMs = SLICES.reduce((sum, slice) => sum + (fixed[slice] ?? 0), preStopMs)
  const scale = (graceMs - fixedMs) / (totalOf(wanted) + preStopMs - fixedMs)
  if (!(scale >= LEAST_SCALE)) return toResult(wanted, 'refused')
  const scaled: Record<SliceName, number> = { ...wanted }
  for (const slice of SLICES) scaled[slice] = fixed[slice] ?? Math.floor(DEFAULT_SLICES[slice] * scale)
  return toResult(
    scaled,
    'scaled',
    `slices scaled down to fit a grace period of ${graceMs / 1000} s: ${describeSum(scaled, preStopMs)}`,
  )
}

/** The same shutdown, short: no lame duck, and the other slices shrunk to fit into `crashMs` together. */
export function toCrashBudget(budget: ShutdownBudget): ShutdownBudget {
  const restMs = budget.totalMs - budget.drainDelayMs
  const scale = restMs === 0 ? 0 : Math.min(1, budget.crashMs / restMs)
  return Object.freeze({
    ...budget,
    drainDelayMs: 0,
    inFlightMs: budget.inFlightMs * scale,
    stopMs: budget.stopMs * scale,
    flushMs: budget.flushMs * scale,
    marginMs: budget.marginMs * scale,
    totalMs: restMs * scale,
  })
}

function describeExcess(slices: Slices, { graceMs, preStopMs, platform }: GracePeriod): string {
  const sum = describeSum(slices, preStopMs)
  if (platform === undefined) return `${sum} exceeds the ${graceMs / 1000} s which a platform usually gives`
  const how =
    platform.setting === undefined
      ? `set SEAWORTHY_GRACE_SECONDS=${graceMs / 1000}, and default slices are scaled to fit`
      : `raise ${platform.setting} and declare it as SEAWORTHY_GRACE_SECONDS`
  return `${sum} exceeds the ${graceMs / 1000} s which ${platform.title} gives by default: ${how}, or shorten the slices`
}

/** `--in-flight`. */
function toFlag(slice: SliceName): string {
  return `--${slice.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function toSlices(budget: ShutdownBudget): Slices {
  const { drainDelayMs: drainDelay, inFlightMs: inFlight, stopMs: stop, flushMs: flush, marginMs: margin } = budget
  return { drainDelay, inFlight, stop, flush, margin }
}

interface BudgetParts {
  readonly grace: GracePeriod
  readonly crashMs: number
  readonly watchdog: boolean
  readonly originOf: (slice: SliceName) => BudgetOrigin
  readonly wanted: Slices
  readonly warning?: string
}

function toBudget(
  slices: Slices,
  { grace, crashMs, watchdog, originOf, wanted, warning }: BudgetParts,
): ShutdownBudget {
  const origin = (slice: SliceName): BudgetOrigin =>
    slices[slice] === wanted[slice] ? originOf(slice) : { from: 'scaled', unscaledMs: wanted[slice] }
  return Object.freeze({
    drainDelayMs: slices.drainDelay,
    inFlightMs: slices.inFlight,
    stopMs: slices.stop,
    flushMs: slices.flush,
    marginMs: slices.margin,
    totalMs: totalOf(slices),
    crashMs,
    watchdog,
    preStopMs: grace.preStopMs,
    graceMs: grace.graceMs,
    graceSource: toGraceSource(grace.origin),
    ...(grace.platform === undefined ? {} : { platform: grace.platform.id }),
    origins: Object.freeze({
      preStop: grace.preStopOrigin,
      drainDelay: origin('drainDelay'),
      inFlight: origin('inFlight'),
      stop: origin('stop'),
      flush: origin('flush'),
      margin: origin('margin'),
      grace: grace.origin,
    }),
    ...(warning === undefined ? {} : { warning }),
  })
}

function toGraceSource({ from }: BudgetOrigin): ShutdownBudget['graceSource'] {
  if (from === 'variable') return 'SEAWORTHY_GRACE_SECONDS'
  if (from === 'flag') return '--grace'
  return from === 'platform' ? 'platform' : 'assumed'
}
