import type { IncomingHttpHeaders } from 'node:http'
import type { Duration } from '../../core/duration.ts'
import { OptionReader } from '../../core/option-reader.ts'

/** From when on requests are refused. Each limit is off unless it is given; `false` switches off what holds otherwise. */
export interface SheddingLimits {
  /**
   * How late the event loop may be: 10 ms to 1 min. It is measured as how late a timer comes and, on Linux, how long
   * connections wait to be accepted, averaged over half of this time, each delay for as long as it was. Once it has been later for a while, each turn of the loop gets as many requests as
   * it can do within this time, and what comes beyond is refused.
   */
  readonly maxEventLoopDelay?: Duration | false
  /**
   * How many requests of a listener may be in flight at a time: 1 to 1,000,000. What comes beyond is refused. Streams of
   * events count as long as they are open; WebSockets don't, and neither does what is exempt.
   */
  readonly maxInFlight?: number | false
  /**
   * How much of its memory limit the process may use, resident, in percent: 1 to 100. The limit is that of the control
   * group (a container's); without one this is off.
   */
  readonly maxMemoryPercent?: number | false
  /** How much memory the process may use, resident, in bytes: 1 MiB or more. */
  readonly maxMemoryBytes?: number | false
  /** How much of the limit of V8's old generation may be used, in percent: 1 to 100. Beyond it, the process ends. */
  readonly maxHeapPercent?: number | false
}

/** What a request is, for whoever decides whether it is exempt. */
export interface ArrivingRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** How long whoever is refused shall stay away. */
export interface RetryAfterRange {
  /** 1 s to 1 h, rounded up to whole seconds, because the header has no others. @default "1s" */
  readonly min?: Duration
  /** 1 s to 5 h. @default five times `min`: who was refused at the same time does not come back at the same time */
  readonly max?: Duration
}

/** When requests are refused so that others can be answered, and how. */
export interface SheddingOptions extends SheddingLimits {
  /**
   * For how long a limit must be exceeded without a break before requests are refused: 0 to 1 min. `maxInFlight` holds at
   * once.
   *
   * @default "1s", longer than a collection of garbage and than the first burst of a start
   */
  readonly after?: Duration
  /**
   * For how long nothing must have been refused before it counts as over, in log, health and metrics: 0 to 1 h. Requests
   * are admitted again long before, as soon as what was exceeded is not.
   *
   * @default "5s", so that load that comes and goes is one event
   */
  readonly calm?: Duration
  /** What `Retry-After` says: a whole number of seconds, at random in this range. @default 1 to 5 s */
  readonly retryAfter?: RetryAfterRange
  /**
   * What is never refused, besides the probes and the health service of gRPC: paths, those with a `*` at the end by their
   * beginning, or a function that knows. A function that throws says no.
   *
   * @default none
   */
  readonly exempt?: readonly string[] | ((request: ArrivingRequest) => boolean)
  /**
   * Whether the service is not ready while it sheds. Whoever leaves the load balancer because it has too much to do leaves
   * the others more.
   *
   * @default false: it is degraded, and stays ready
   */
  readonly affectsReadiness?: boolean
}

/** What {@link SheddingHandle.set} takes: limits for all listeners, and for some by name. */
export interface SheddingLimitsByListener extends SheddingLimits {
  /** By a listener's name; these go before what its own definition says. */
  readonly listeners?: Readonly<Record<string, SheddingLimits>>
}

/** Load shedding of a service, while it runs. */
export interface SheddingHandle {
  /**
   * Changes limits: what is named holds from the next request on; what is not named is again what the options say. Either
   * all of it holds or, when something is wrong, none. Limits for all go before the options of the service, and after those
   * that a listener has of its own.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem, also for the name of a listener that does not
   * shed load, and where nothing does
   *
   * @example
   * service.shedding.set({ maxInFlight: 200, listeners: { web: { maxEventLoopDelay: '100ms' } } })
   */
  set(limits: SheddingLimitsByListener): void
}

/**
 * What `shedding: true` means. The delay is that of the alert rules and of `eventLoopCheck()`: far above what a healthy
 * service has, far below the seconds after which clients and probes give up. Memory and heap are so near their ends that
 * the process would be killed next.
 */
export const SHEDDING_PRESET = Object.freeze({
  maxEventLoopDelay: 200,
  maxMemoryPercent: 95,
  maxHeapPercent: 95,
}) satisfies SheddingLimits

/** Limits as they are looked at; `Infinity` is off, `undefined` is not said. */
export interface LimitValues {
  readonly maxEventLoopDelayMs: number | undefined
  readonly maxInFlight: number | undefined
  readonly maxMemoryPercent: number | undefined
  readonly maxMemoryBytes: number | undefined
  readonly maxHeapPercent: number | undefined
}

/** What was said in one place: in the options of the service, or in those of a listener. */
export interface SheddingWords {
  readonly limits: LimitValues
  readonly afterMs: number | undefined
  readonly calmMs: number | undefined
  readonly retryAfter: { readonly minSeconds: number; readonly maxSeconds: number } | undefined
  readonly exempt: SheddingOptions['exempt']
  readonly affectsReadiness: boolean | undefined
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const MEBIBYTE = 1_048_576

/**
 * Reads the option `shedding` of whatever has one.
 *
 * @returns `undefined` when nothing was said, `false` when there shall be none
 */
export function readShedding(read: OptionReader): SheddingWords | false | undefined {
  const value = read.value<unknown>('shedding')
  if (value === undefined || value === false) return value
  const inner = new OptionReader(value === true ? SHEDDING_PRESET : value, '"shedding"')
  const words = readWords(inner)
  read.include(inner)
  return words
}

function readWords(read: OptionReader): SheddingWords {
  const retry = new OptionReader(read.value('retryAfter'), '"retryAfter"')
  const minSeconds = seconds(retry.duration('min', { fallback: 1000, min: 1000, max: HOUR_MS }))
  const maxSeconds = seconds(retry.duration('max', { fallback: minSeconds * 5000, min: 1000, max: 5 * HOUR_MS }))
  if (maxSeconds < minSeconds) retry.problem(`"max" is ${maxSeconds} s, less than "min", which is ${minSeconds} s`)
  read.include(retry)
  return {
    limits: readLimits(read),
    afterMs: optional(read, 'after', () => read.duration('after', { min: 0, max: MINUTE_MS })),
    calmMs: optional(read, 'calm', () => read.duration('calm', { min: 0, max: HOUR_MS })),
    retryAfter: read.value('retryAfter') === undefined ? undefined : { minSeconds, maxSeconds },
    exempt: readExempt(read),
    affectsReadiness: optional(read, 'affectsReadiness', () => read.boolean('affectsReadiness')),
  }
}

export function readLimits(read: OptionReader): LimitValues {
  return {
    maxEventLoopDelayMs: limit(read, 'maxEventLoopDelay', (name) => read.duration(name, { min: 10, max: MINUTE_MS })),
    maxInFlight: limit(read, 'maxInFlight', (name) => read.integer(name, { min: 1, max: 1_000_000 })),
    maxMemoryPercent: limit(read, 'maxMemoryPercent', (name) => read.number(name, { min: 1, max: 100 })),
    maxMemoryBytes: limit(read, 'maxMemoryBytes', (name) => read.integer(name, { min: MEBIBYTE })),
    maxHeapPercent: limit(read, 'maxHeapPercent', (name) => read.number(name, { min: 1, max: 100 })),
  }
}

function limit(read: OptionReader, name: string, value: (name: string) => number): number | undefined {
  return optional(read, name, () => (read.value(name) === false ? Infinity : value(name)))
}

function optional<T>(read: OptionReader, name: string, value: () => T): T | undefined {
  return read.value(name) === undefined ? undefined : value()
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000)
}

function readExempt(read: OptionReader): SheddingOptions['exempt'] {
  const exempt = read.value<unknown>('exempt')
  if (typeof exempt === 'function') return exempt as SheddingOptions['exempt']
  const paths = read.list('exempt', { fallback: [] })
  if (Array.isArray(exempt)) {
    for (const path of paths)
      if (!path.startsWith('/')) read.problem(`"exempt" has "${path}", which must begin with "/"`)
  }
  return exempt === undefined ? undefined : paths
}
