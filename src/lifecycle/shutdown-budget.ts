import { type Duration, formatDuration } from '../core/duration.ts'
import { type Environment, EnvReader } from '../core/env-reader.ts'
import { OptionReader } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'

/** The slices of one shutdown. Together they are the longest time a shutdown may take. */
export interface ShutdownBudgetOptions {
  /**
   * Lame duck: how long listeners go on accepting after readiness has failed, so that load balancers can notice.
   *
   * @default "5s", and none on a terminal, where nobody balances and Ctrl-C should be quick
   */
  readonly drainDelay?: Duration
  /** How long requests and tasks in flight may take to end. @default "10s" */
  readonly inFlight?: Duration
  /** How long all resources together may take to stop. @default "4s" */
  readonly stop?: Duration
  /**
   * Reserved for the delivery of telemetry, whatever happened before.
   *
   * @default "4s", and 1 s on a terminal: without a collector nobody there should wait for it
   */
  readonly flush?: Duration
  /** Left for the report and the end of the process. @default "2s" */
  readonly margin?: Duration
  /**
   * The whole shutdown after an uncaught exception, when the state of the process can't be trusted: 100 ms to an hour.
   *
   * @default "2s"
   */
  readonly crash?: Duration
}

/** The slices that a shutdown goes by, worked out and held against the grace period. */
export interface ShutdownBudget {
  readonly drainDelayMs: number
  readonly inFlightMs: number
  readonly stopMs: number
  readonly flushMs: number
  readonly marginMs: number
  readonly totalMs: number
  /** The whole of a shutdown after an uncaught exception: see {@link toCrashBudget}. */
  readonly crashMs: number
  /** The time the platform gives, and how it is known. */
  readonly graceMs: number
  readonly graceSource: 'SEAWORTHY_GRACE_SECONDS' | 'assumed'
  /** Said once at boot: the budget does not fit a grace that is only assumed, or had to be scaled down. */
  readonly warning?: string
}

/** 25 s in all, five less than the 30 s which Kubernetes waits before SIGKILL. */
const DEFAULTS = { drainDelay: 5000, inFlight: 10_000, stop: 4000, flush: 4000, margin: 2000 } as const
const SLICES = ['drainDelay', 'inFlight', 'stop', 'flush', 'margin'] as const
const TERMINAL_FLUSH_MS = 1000
const DEFAULT_CRASH_MS = 2000
const MAX_SLICE_MS = 3_600_000

/** @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */
const ASSUMED_GRACE_MS = 30_000

export interface BudgetSurroundings {
  readonly env: Environment
  /** Whether a person watches: standard output is a terminal. */
  readonly isTerminal: boolean
}

/**
 * Works out the slices, and holds them against the grace period: the time between SIGTERM and SIGKILL.
 *
 * `SEAWORTHY_GRACE_SECONDS` declares it (write the same number into the manifest), `SEAWORTHY_PRE_STOP_SECONDS` what a
 * `preStop` hook takes of it, and `SEAWORTHY_DRAIN_DELAY` overrides the drain delay. Default slices are scaled down to
 * fit a smaller declared grace; slices that were chosen and don't fit are refused.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, `SEA_ENV_INVALID`, or `SEA_BUDGET_EXCEEDS_GRACE`
 */
export function resolveShutdownBudget(options: ShutdownBudgetOptions = {}, around: BudgetSurroundings): ShutdownBudget {
  const env = new EnvReader(around.env)
  const graceSeconds = env.number('SEAWORTHY_GRACE_SECONDS', { min: 1, max: 86_400 })
  const preStopMs = (env.number('SEAWORTHY_PRE_STOP_SECONDS', { min: 0, max: 86_400 }) ?? 0) * 1000
  const drainDelayMs = env.duration('SEAWORTHY_DRAIN_DELAY')
  if (drainDelayMs !== undefined && drainDelayMs > MAX_SLICE_MS) {
    env.problem(`SEAWORTHY_DRAIN_DELAY is "${env.text('SEAWORTHY_DRAIN_DELAY')}", expected an hour at most`)
  }
  env.done()

  const { chosen, crashMs } = readSlices(
    drainDelayMs === undefined ? options : { ...options, drainDelay: drainDelayMs },
  )
  if (around.isTerminal) {
    chosen.drainDelay ??= 0
    chosen.flush ??= TERMINAL_FLUSH_MS
  }
  const graceMs = graceSeconds === undefined ? ASSUMED_GRACE_MS : graceSeconds * 1000
  const graceSource = graceSeconds === undefined ? 'assumed' : 'SEAWORTHY_GRACE_SECONDS'
  const known = { graceMs, graceSource, crashMs } as const

  const wanted = { ...DEFAULTS, ...chosen }
  const excessMs = total(wanted) + preStopMs - graceMs
  if (excessMs <= 0) return toBudget(wanted, known)
  if (graceSource === 'assumed') {
    return toBudget(wanted, {
      ...known,
      warning: `${describe(wanted, preStopMs)} exceeds the ${graceMs / 1000} s which a platform usually gives`,
    })
  }

  const chosenMs = SLICES.reduce((sum, slice) => sum + (chosen[slice] ?? 0), preStopMs)
  const defaultMs = total(wanted) + preStopMs - chosenMs
  const scale = (graceMs - chosenMs) / defaultMs
  // Below a tenth of the defaults nothing works any more: that is a contradiction to be told, not to be squeezed in.
  if (!(scale >= 0.1)) throw exceeds(describe(wanted, preStopMs), graceMs)
  const scaled = { ...wanted }
  for (const slice of SLICES) scaled[slice] = chosen[slice] ?? Math.floor(DEFAULTS[slice] * scale)
  return toBudget(scaled, {
    ...known,
    warning: `slices scaled down to fit a grace period of ${graceMs / 1000} s: ${describe(scaled, preStopMs)}`,
  })
}

type Slices = Record<(typeof SLICES)[number], number>

function readSlices(options: ShutdownBudgetOptions): { readonly chosen: Partial<Slices>; readonly crashMs: number } {
  const read = new OptionReader(options, 'shutdown')
  const slices: Partial<Slices> = {}
  for (const slice of SLICES) {
    const value = read.duration(slice, { fallback: -1, min: 0, max: MAX_SLICE_MS })
    if (value >= 0) slices[slice] = value
  }
  const crashMs = read.duration('crash', { fallback: DEFAULT_CRASH_MS, min: 100, max: MAX_SLICE_MS })
  read.done()
  return { chosen: slices, crashMs }
}

function total(slices: Slices): number {
  return SLICES.reduce((sum, slice) => sum + slices[slice], 0)
}

function describe(slices: Slices, preStopMs: number): string {
  const parts = SLICES.map((slice) => `${slice} ${formatDuration(slices[slice])}`)
  if (preStopMs > 0) parts.unshift(`preStop ${formatDuration(preStopMs)}`)
  return `${parts.join(' + ')} = ${formatDuration(total(slices) + preStopMs)}`
}

function exceeds(description: string, graceMs: number): SeaworthyError {
  return new SeaworthyError(
    'SEA_BUDGET_EXCEEDS_GRACE',
    `The shutdown budget ${description} exceeds the grace period of ${formatDuration(graceMs)}`,
    {
      hint: 'Raise terminationGracePeriodSeconds and SEAWORTHY_GRACE_SECONDS together, or shorten the slices.',
    },
  )
}

function toBudget(
  slices: Slices,
  rest: Pick<ShutdownBudget, 'graceMs' | 'graceSource' | 'crashMs' | 'warning'>,
): ShutdownBudget {
  return Object.freeze({
    drainDelayMs: slices.drainDelay,
    inFlightMs: slices.inFlight,
    stopMs: slices.stop,
    flushMs: slices.flush,
    marginMs: slices.margin,
    totalMs: total(slices),
    ...rest,
  })
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
