import { type Duration, formatDuration } from '../core/duration.ts'
import { OptionReader } from '../core/option-reader.ts'

/**
 * The slices of one shutdown. Together they are the longest time a shutdown may take. A plain number is milliseconds; one
 * below 100 is warned of, because seconds were probably meant.
 */
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
   * Reserved for the delivery of telemetry, and of lines of the log that wait for their reader, whatever happened before.
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
  /**
   * Whether a thread ends the process when the whole budget is over and the event loop is blocked; begun only by `run()`,
   * and only when a shutdown begins. `false` where a debugger may stop a shutdown for as long as it likes.
   *
   * @default true
   */
  readonly watchdog?: boolean
}

/** In the order of the equation. */
export const SLICES = ['drainDelay', 'inFlight', 'stop', 'flush', 'margin'] as const

export type SliceName = (typeof SLICES)[number]

/** Milliseconds by slice. */
export type Slices = Readonly<Record<SliceName, number>>

/** 25 s in all, five less than the 30 s which Kubernetes waits before SIGKILL. */
export const DEFAULT_SLICES: Slices = { drainDelay: 5000, inFlight: 10_000, stop: 4000, flush: 4000, margin: 2000 }

/** What a person at a terminal gets instead. */
export const TERMINAL_SLICES: Partial<Slices> = { drainDelay: 0, flush: 1000 }

/** Below a tenth of the defaults nothing works any more: that is a contradiction to be told, not to be squeezed in. */
export const LEAST_SCALE = 0.1

/** No slice may be longer: an hour. */
export const MAX_SLICE_MS = 3_600_000

const DEFAULT_CRASH_MS = 2000

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem */
export function readSlices(options: ShutdownBudgetOptions): {
  readonly chosen: Partial<Slices>
  readonly crashMs: number
  readonly watchdog: boolean
} {
  const read = new OptionReader(options, 'shutdown')
  const chosen: Partial<Record<SliceName, number>> = {}
  for (const slice of SLICES) {
    const value = read.duration(slice, { fallback: -1, min: 0, max: MAX_SLICE_MS })
    if (value >= 0) chosen[slice] = value
  }
  const crashMs = read.duration('crash', { fallback: DEFAULT_CRASH_MS, min: 100, max: MAX_SLICE_MS })
  const watchdog = read.boolean('watchdog', { fallback: true })
  read.done()
  return { chosen, crashMs, watchdog }
}

export function totalOf(slices: Slices): number {
  return SLICES.reduce((sum, slice) => sum + slices[slice], 0)
}

/** `preStop 5s + drainDelay 5s + … = 30s`: the left side of the equation; a preStop of nothing is left out. */
export function describeSum(slices: Slices, preStopMs: number): string {
  const parts = SLICES.map((slice) => `${slice} ${formatDuration(slices[slice])}`)
  if (preStopMs > 0) parts.unshift(`preStop ${formatDuration(preStopMs)}`)
  return `${parts.join(' + ')} = ${formatDuration(totalOf(slices) + preStopMs)}`
}
