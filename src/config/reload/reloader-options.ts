import { resolve } from 'node:path'
import type { MeterProvider } from '@opentelemetry/api'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Duration } from '../../core/duration.ts'
import { type Log, silentLog } from '../../core/log.ts'
import { OptionReader } from '../../core/option-reader.ts'
import { problemOfSubscriber } from './check-subscriber.ts'
import type { ConfigSubscriber } from './config-subscriber.ts'
import { PathPattern } from './path-pattern.ts'
import type { PostCheckTimes, ReloadCheck } from './post-check.ts'
import type { ReloadableConfig } from './reloadable-config.ts'

/** What is looked at after a change, and for how long. */
export interface PostCheckOptions {
  /** All of them are asked, again and again; the first that fails takes the change back. */
  readonly checks: readonly ReloadCheck[]
  /** How long a change is on trial: 0 to 1 h. The next change waits for the end of it. @default "10s" */
  readonly window?: Duration
  /** 10 ms to 10 min. @default "1s" */
  readonly interval?: Duration
  /** How long one answer may take: 1 ms to 10 min. @default "2s" */
  readonly timeout?: Duration
}

/** How a configuration is kept up to date while a service runs. Only `load` is required. */
export interface ReloaderOptions<T> {
  /**
   * Reads and checks the whole configuration, as `() => loadConfig(options)` does; throws when it is not valid. Called for
   * each reload, one at a time.
   */
  readonly load: () => ReloadableConfig<T> | Promise<ReloadableConfig<T>>
  /** What was loaded already, so that it need not be loaded again. @default loaded at once */
  readonly initial?: ReloadableConfig<T>
  /**
   * Files to be watched besides those that the configuration was read from, such as a list of rules. Relative ones begin at
   * the working directory. When one has changed, subscribers are asked although every value may be the same, and read it.
   */
  readonly files?: readonly string[]
  /** Whether files are watched after `start()`. Without, only `reload()` reloads. @default true */
  readonly watch?: boolean
  /**
   * How often the content of the files is compared, for file systems that tell nothing: 100 ms to 1 h.
   *
   * @default "10s"
   */
  readonly pollInterval?: Duration
  /** A content counts once it was the same this long: 10 ms to 10 s. @default "100ms" */
  readonly debounce?: Duration
  /**
   * How long a content that never stays the same may put a reload off: 100 ms to 1 h. It is then read all the same, as
   * soon as it stays the same for the length of the reading.
   *
   * @default "5s"
   */
  readonly maxDebounce?: Duration
  /** How long one load may take: 1 ms to 10 min. @default "30s" */
  readonly loadTimeout?: Duration
  /**
   * Paths whose changes are applied at once, although a component has read them at its start: `http.*`, `**.timeout`.
   * What no list names is decided by what was read through `observe()`.
   */
  readonly hot?: readonly string[]
  /** Paths whose changes wait for a restart. Where both lists match, the one that names more keys holds, then this. */
  readonly restart?: readonly string[]
  /**
   * What becomes of a change of which only a part needs a restart. `apply-hot`: the rest is applied with that part as it
   * was, if the schema accepts the two together; otherwise nothing is. `wait`: nothing is.
   *
   * @default "apply-hot", because one value that waits would hold back every later change, of the log level too
   */
  readonly mixedChange?: 'apply-hot' | 'wait'
  /** Asked about every change in this order, before those that subscribe later. */
  readonly subscribers?: readonly ConfigSubscriber<T>[]
  /** How long each call of a subscriber may take: 1 ms to 10 min. @default "5s" */
  readonly subscriberTimeout?: Duration
  /** @default no trial: a change that was committed stays */
  readonly postCheck?: PostCheckOptions
  /** @default nobody */
  readonly log?: Log
  /** @default the system's clock */
  readonly clock?: Clock
  /** The time of day, for time stamps. @default the system's */
  readonly timeOfDay?: () => Date
  /** @default the global one of the OpenTelemetry API */
  readonly meterProvider?: MeterProvider
}

export interface ResolvedReloaderOptions<T> extends PostCheckTimes {
  readonly load: ReloaderOptions<T>['load']
  readonly initial: ReloadableConfig<T> | undefined
  readonly files: readonly string[]
  readonly isWatching: boolean
  readonly pollMs: number
  readonly tickMs: number
  readonly maxUnstableMs: number
  readonly loadLimitMs: number
  readonly hot: readonly PathPattern[]
  readonly restart: readonly PathPattern[]
  readonly mixedChange: 'apply-hot' | 'wait'
  readonly subscribers: readonly ConfigSubscriber<T>[]
  readonly subscriberLimitMs: number
  readonly checks: readonly ReloadCheck[]
  readonly log: Log
  readonly clock: Clock
  readonly timeOfDay: () => Date
  readonly meterProvider: MeterProvider | undefined
}

const TEN_MINUTES_MS = 600_000
const HOUR_MS = 3_600_000

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem */
export function resolveReloaderOptions<T>(
  options: ReloaderOptions<T>,
  where = 'createReloader()',
): ResolvedReloaderOptions<T> {
  const read = new OptionReader(options, where)
  read.requiredCallback('load')
  const check = new OptionReader(read.value('postCheck'), 'postCheck')
  const files = read.list('files', { fallback: [] }).map((file) => resolve(file))
  const resolved: ResolvedReloaderOptions<T> = {
    load: options.load,
    initial: read.value<ReloadableConfig<T>>('initial'),
    files,
    isWatching: read.boolean('watch', { fallback: true }),
    pollMs: read.duration('pollInterval', { fallback: 10_000, min: 100, max: HOUR_MS }),
    tickMs: read.duration('debounce', { fallback: 100, min: 10, max: 10_000 }),
    maxUnstableMs: read.duration('maxDebounce', { fallback: 5_000, min: 100, max: HOUR_MS }),
    loadLimitMs: read.duration('loadTimeout', { fallback: 30_000, min: 1, max: TEN_MINUTES_MS }),
    hot: readPatterns(read, 'hot'),
    restart: readPatterns(read, 'restart'),
    mixedChange: read.oneOf('mixedChange', ['apply-hot', 'wait'], { fallback: 'apply-hot' }),
    subscribers: readList<ConfigSubscriber<T>>(read, 'subscribers', (item) => problemOfSubscriber(item, files)),
    subscriberLimitMs: read.duration('subscriberTimeout', { fallback: 5_000, min: 1, max: TEN_MINUTES_MS }),
    checks: readList<ReloadCheck>(check, 'checks', problemOfCheck),
    windowMs: check.duration('window', { fallback: 10_000, min: 0, max: HOUR_MS }),
    intervalMs: check.duration('interval', { fallback: 1_000, min: 10, max: TEN_MINUTES_MS }),
    limitMs: check.duration('timeout', { fallback: 2_000, min: 1, max: TEN_MINUTES_MS }),
    log: read.value<Log>('log') ?? silentLog,
    clock: read.value<Clock>('clock') ?? systemClock,
    timeOfDay: read.callback<() => Date>('timeOfDay') ?? (() => new Date()),
    meterProvider: read.value<MeterProvider>('meterProvider'),
  }
  read.include(check)
  read.done()
  return Object.freeze(resolved)
}

function readPatterns(read: OptionReader, name: string): readonly PathPattern[] {
  return read.list(name, { fallback: [] }).flatMap((text) => {
    const pattern = PathPattern.parse(text)
    if (pattern === undefined) read.problem(`"${name}" has "${text}", expected keys such as "http.*" or "**.timeout"`)
    return pattern ?? []
  })
}

function readList<N>(
  read: OptionReader,
  option: string,
  problemOf: (item: unknown) => string | undefined,
): readonly N[] {
  const items = read.value<unknown>(option) ?? []
  if (!Array.isArray(items)) {
    read.problem(`"${option}" must be a list`)
    return []
  }
  for (const [at, item] of items.entries()) {
    const problem = problemOf(item)
    if (problem !== undefined) read.problem(`"${option}[${at}]" ${problem}`)
  }
  return items as readonly N[]
}

function problemOfCheck(item: unknown): string | undefined {
  const { name, check } = (item ?? {}) as Partial<Record<keyof ReloadCheck, unknown>>
  return typeof name === 'string' && typeof check === 'function'
    ? undefined
    : 'is no check: expected an object with a name and a function "check"'
}
