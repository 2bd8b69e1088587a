import { metrics } from '@opentelemetry/api'
import type { Logger } from 'pino'
import type { Cancel, Clock } from '../core/clock.ts'
import { type Duration, formatDuration } from '../core/duration.ts'
import { didYouMean } from '../core/nearest-name.ts'
import { OptionReader } from '../core/option-reader.ts'
import { LOG_LEVELS, type LogLevel } from './log-level.ts'
import type { NamedLoggers } from './named-loggers.ts'

/** Levels that hold until they are set otherwise, as a configuration says them. */
export interface LastingLevels {
  /** Of the log, and of each logger that nothing below names. @default the level that the log was made with */
  readonly level?: LogLevel | undefined
  /**
   * Of loggers by their names: `db` is that of this name and of all below it (`db.pool`), `db.*` of those below it only,
   * `*` of all that have a name. Of several that match, the one that names most holds. At most 1,000.
   *
   * @default none
   */
  readonly loggers?: Readonly<Record<string, LogLevel>> | undefined
}

/** What a level is changed for, and for how long. */
export interface LevelChange {
  /** A name or a pattern, as in {@link LastingLevels.loggers}. @default the log itself */
  readonly logger?: string | undefined
  /**
   * After this time it is undone: 1 s to 24 h. A second change of the same begins anew.
   *
   * @default "15m", long enough to see a fault happen again, and short enough that nobody pays for a level that was
   * forgotten
   */
  readonly ttl?: Duration | undefined
  /** Who does it, for the line in the log. @default not said */
  readonly by?: string | undefined
}

/** A level that ends by itself. */
export interface LevelOverride {
  /** The pattern; left out for the log itself. */
  readonly logger?: string
  readonly level: LogLevel
  /** How much longer it holds, in milliseconds. */
  readonly leftMs: number
}

/** All levels as they are now. */
export interface LogLevels {
  /** Of the log. */
  readonly level: LogLevel
  /** What holds when no override does. */
  readonly lasting: { readonly level: LogLevel; readonly loggers: Readonly<Record<string, LogLevel>> }
  readonly overrides: readonly LevelOverride[]
  /** Of each logger that has a name, in alphabetical order. */
  readonly loggers: Readonly<Record<string, LogLevel>>
}

interface Override {
  readonly level: LogLevel
  readonly endsAt: number
  readonly cancel: Cancel
}

/** What the log itself is kept under: no pattern is empty. */
const ROOT = ''
const MAX_RULES = 1_000
const MAX_OVERRIDES = 100
const MAX_PATTERN_LENGTH = 100
const TTL_MS = { fallback: 900_000, min: 1_000, max: 86_400_000 } as const

/**
 * The levels of a log and of its named loggers while it runs. What a person sets for a while goes before what lasts, and
 * among what is set in the same way the pattern that names most holds.
 */
export class RunTimeLevels {
  readonly #log: Logger
  readonly #named: NamedLoggers
  readonly #clock: Clock
  readonly #say: (fields: object, message: string) => void
  readonly #atStart: LogLevel
  readonly #overrides = new Map<string, Override>()
  #rules: ReadonlyMap<string, LogLevel> = new Map()
  /** The level that the log gets back; only there while an override holds for it. */
  #held: LogLevel | undefined

  constructor(log: Logger, named: NamedLoggers, clock: Clock, say: (fields: object, message: string) => void) {
    this.#log = log
    this.#named = named
    this.#clock = clock
    this.#say = say
    this.#atStart = log.level as LogLevel
  }

  /** Of the log, for good. An override of it holds on until it ends. */
  set level(level: LogLevel) {
    if (this.#held === undefined) this.#log.level = level
    else this.#held = level
  }

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`; nothing is changed then */
  setLasting(levels: LastingLevels): void {
    checkLevels(levels)
    this.level = levels.level ?? this.#atStart
    this.#rules = new Map(Object.entries(levels.loggers ?? {}))
    this.#apply()
  }

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`; nothing is changed then */
  override(level: LogLevel, change: LevelChange): void {
    const read = new OptionReader({ ...change, level }, 'setLevel()')
    read.oneOf('level', LOG_LEVELS)
    const logger = read.text('logger', { fallback: ROOT })
    if (logger !== ROOT && !isPattern(logger)) read.problem(`"logger" ${PATTERN_FORM}`)
    const ttlMs = read.duration('ttl', TTL_MS)
    const by = read.text('by', { fallback: '' })
    if (!this.#overrides.has(logger) && this.#overrides.size >= MAX_OVERRIDES)
      read.problem(`there are ${MAX_OVERRIDES} levels set for a while already; end one of them first`)
    read.done()

    const wasSilent = this.#log.level === 'silent'
    this.#overrides.get(logger)?.cancel()
    const cancel = this.#clock.schedule(ttlMs, () => this.#end(logger, 'reverted'), { keepAlive: false })
    this.#overrides.set(logger, { level, endsAt: this.#clock.now() + ttlMs, cancel })
    if (logger === ROOT) {
      this.#held ??= this.#log.level as LogLevel
      this.#log.level = level
    } else this.#apply()
    const until = `for ${formatDuration(ttlMs)}, then as before`
    const fields = { event: 'log.level_set', ...named(logger), to: level, ttlMs, ...(by === '' ? {} : { by }) }
    this.#tell('set', fields, `${describe(logger)} logs at ${level} ${until}`, wasSilent)
  }

  /** @returns whether there was one */
  clear(logger: string = ROOT): boolean {
    const isThere = this.#overrides.has(logger)
    if (isThere) this.#end(logger, 'ended')
    return isThere
  }

  get all(): LogLevels {
    const now = this.#clock.now()
    const overrides = [...this.#overrides].map(([logger, { level, endsAt }]) => {
      return { ...named(logger), level, leftMs: Math.max(0, Math.round(endsAt - now)) }
    })
    const level = this.#log.level as LogLevel
    const loggers = [...this.#named.levels()].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return {
      level,
      lasting: { level: this.#held ?? level, loggers: Object.fromEntries(this.#rules) },
      overrides,
      loggers: Object.fromEntries(loggers),
    }
  }

  /** Nothing changes by itself any more. */
  close(): void {
    for (const { cancel } of this.#overrides.values()) cancel()
  }

  #end(logger: string, how: 'reverted' | 'ended'): void {
    this.#overrides.get(logger)?.cancel()
    this.#overrides.delete(logger)
    const wasSilent = this.#log.level === 'silent'
    if (logger === ROOT) {
      this.#log.level = this.#held ?? this.#atStart
      this.#held = undefined
    } else this.#apply()
    const fields = { event: 'log.level_reverted', ...named(logger), how }
    const to = logger === ROOT ? ` at ${this.#log.level}` : ' as before'
    const why = how === 'reverted' ? 'its time is over' : 'it was ended by hand'
    this.#tell('reverted', fields, `${describe(logger)} logs${to} again: ${why}`, wasSilent)
  }

  #apply(): void {
    const set = ranked([...this.#overrides].map(([pattern, { level }]) => [pattern, level] as const))
    const lasting = ranked([...this.#rules])
    this.#named.apply((name) => levelFor(name, set) ?? levelFor(name, lasting))
  }

  /** Whatever the levels are, unless the log is silent before and after the change. */
  #tell(change: 'set' | 'reverted', fields: object, message: string, wasSilent: boolean): void {
    if (!wasSilent || this.#log.level !== 'silent') this.#say(fields, message)
    metrics
      .getMeter('seaworthy')
      .createCounter('seaworthy.log.level_changes', {
        description: 'Levels of loggers that were set for a while, or undone.',
        unit: '{change}',
      })
      .add(1, { change })
  }
}

/**
 * What is wrong with levels, without setting any.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` naming each key
 */
export function checkLevels(levels: LastingLevels): void {
  const read = new OptionReader(levels, 'log levels')
  if (read.value('level') !== undefined) read.oneOf('level', LOG_LEVELS)
  const loggers = read.value<unknown>('loggers') ?? {}
  if (typeof loggers !== 'object' || Array.isArray(loggers))
    read.problem('"loggers" must be an object of levels by name')
  else {
    const entries = Object.entries(loggers)
    if (entries.length > MAX_RULES)
      read.problem(`"loggers" has ${entries.length} entries, expected at most ${MAX_RULES}`)
    for (const [pattern, level] of entries as [string, unknown][]) {
      if (!isPattern(pattern)) read.problem(`"loggers" has the name ${JSON.stringify(pattern)}, which ${PATTERN_FORM}`)
      if (LOG_LEVELS.some((known) => known === level)) continue
      const got = typeof level === 'string' ? `"${level}"` : typeof level
      const nearest = typeof level === 'string' ? didYouMean(level, LOG_LEVELS) : ''
      read.problem(`"loggers.${pattern}" is ${got}, expected one of ${LOG_LEVELS.join(', ')}. ${nearest}`.trim())
    }
  }
  read.done()
}

const PATTERN_FORM = 'is no name of loggers: expected words with "." between them, such as "db", "db.*" or "*"'

function isPattern(text: string): boolean {
  return text.length <= MAX_PATTERN_LENGTH && /^(?:\*|[^\p{Cc}.*]+)(?:\.(?:\*|[^\p{Cc}.*]+))*$/u.test(text)
}

interface Ranked {
  readonly words: readonly string[]
  readonly level: LogLevel
}

/** The one that says most first: by the words that it names, then by how deep it goes, then by what it names first. */
function ranked(rules: readonly (readonly [string, LogLevel])[]): readonly Ranked[] {
  const split = rules
    .filter(([pattern]) => pattern !== ROOT)
    .map(([pattern, level]) => ({ words: pattern.split('.'), level }))
  return split.sort((a, b) => {
    const byWords = b.words.filter(isWord).length - a.words.filter(isWord).length
    if (byWords !== 0 || a.words.length !== b.words.length) return byWords || b.words.length - a.words.length
    const at = a.words.findIndex((word, index) => isWord(word) !== isWord(b.words[index] ?? '*'))
    return at === -1 ? 0 : isWord(a.words[at] ?? '*') ? -1 : 1
  })
}

function isWord(word: string): boolean {
  return word !== '*'
}

function levelFor(name: string, rules: readonly Ranked[]): LogLevel | undefined {
  const words = name.split('.')
  const matches = ({ words: rule }: Ranked): boolean =>
    rule.length <= words.length && rule.every((word, index) => word === '*' || word === words[index])
  return rules.find(matches)?.level
}

function named(logger: string): { readonly logger?: string } {
  return logger === ROOT ? {} : { logger }
}

function describe(logger: string): string {
  return logger === ROOT ? 'The service' : `Logger ${logger}`
}
