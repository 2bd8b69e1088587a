import { type Clock, systemClock } from '../core/clock.ts'
import { OptionReader } from '../core/option-reader.ts'

/** How much a store keeps. When a limit is reached the oldest items leave, and are counted. */
export interface StoreOptions {
  /**
   * Spans kept, 1 to 10_000_000.
   *
   * @default 100_000: some minutes of a busy service
   */
  readonly maxSpans?: number
  /**
   * Log records kept, 1 to 10_000_000.
   *
   * @default 100_000
   */
  readonly maxLogRecords?: number
  /**
   * Metric points kept, of all series together, 1 to 10_000_000.
   *
   * @default 100_000: an hour of 250 series that are exported every 10 s
   */
  readonly maxMetricPoints?: number
  /**
   * Bytes kept for each of the three signals, counted as they were encoded on the wire and shared out evenly among the
   * items of a request; in memory typical spans take about twice as
   * much. 1 MiB to 16 GiB. What one request brought may
   * exceed it by the size of that request, since its newest item always stays.
   *
   * @default 64 MiB: 100_000 spans of average size stay below it, and one request of the largest size fits
   */
  readonly maxBytesPerSignal?: number
  /**
   * Gives the time of arrival.
   *
   * @default the real time
   */
  readonly clock?: Clock
}

export type ResolvedStoreOptions = Readonly<Required<StoreOptions>>

const MAX_ITEMS = 10_000_000
const MIB = 1024 * 1024

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message */
export function resolveStoreOptions(options: StoreOptions = {}): ResolvedStoreOptions {
  const read = new OptionReader(options, 'telemetry store')
  const resolved = {
    maxSpans: read.integer('maxSpans', { fallback: 100_000, min: 1, max: MAX_ITEMS }),
    maxLogRecords: read.integer('maxLogRecords', { fallback: 100_000, min: 1, max: MAX_ITEMS }),
    maxMetricPoints: read.integer('maxMetricPoints', { fallback: 100_000, min: 1, max: MAX_ITEMS }),
    maxBytesPerSignal: read.integer('maxBytesPerSignal', { fallback: 64 * MIB, min: MIB, max: 16 * 1024 * MIB }),
    clock: read.value<Clock>('clock') ?? systemClock,
  }
  read.done()
  return Object.freeze(resolved)
}
