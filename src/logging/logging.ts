import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { didYouMean } from '../core/nearest-name.ts'
import { hideSecrets } from '../core/secret-text.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { type LineLevel, LOG_LEVELS, type LogLevel } from './log-level.ts'
import { openLogTarget } from './log-target.ts'
import { type LogCounts, type LogLoss, LogWriter } from './log-writer.ts'
import { type LoggingOptions, type ResolvedLoggingOptions, resolveLoggingOptions } from './logging-options.ts'
import { type LastingLevels, type LevelChange, type LogLevels, RunTimeLevels } from './run-time-levels.ts'
import { createSafeLogger } from './safe-logger.ts'

export type { LoggingOptions } from './logging-options.ts'

/** What a flush of the log has come to. */
export interface LogFlush {
  /** Whether no line waits any more. Lines that were dropped before are in the counts, not here. */
  readonly complete: boolean
  /** Lines lost since the log was made: there was no room, or nobody read. */
  readonly droppedLines: number
  readonly bufferedBytes: number
}

/** What has become of the lines of a log, since it was made. */
export interface LoggingCounts extends LogCounts {
  /** How often `onLine` threw. */
  readonly onLineErrors: number
}

/** How grave the last words are, and how long they may take. */
export interface LastWordsOptions {
  /** @default "info" */
  readonly level?: LineLevel
  /** The longest time to wait for a reader, in milliseconds. @default 200, long enough for a slow one */
  readonly limitMs?: number
  /**
   * Whether `onLine` is given the line, too: for words that are the last only as far as it is known.
   *
   * @default false, because what `onLine` feeds has ended by then
   */
  readonly isExported?: boolean
}

/** The log of a process. */
export interface Logging {
  /** A pino logger: children, serializers and all. Each line is one JSON object. */
  readonly log: Logger
  /**
   * The least level that is written, also by every child that was not given one of its own, at once.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` when set to something else than a level
   */
  level: LogLevel
  /**
   * Sets a level for a while: of the log, or of the loggers of a name, those that are there and those to come. A logger has
   * its name from the binding `logger` or `component` of {@link Logging.log}'s `child()`. It goes before
   * {@link Logging.setLevels}, and a line says when it begins and when it is undone.
   *
   * @example
   * logging.setLevel('debug', { logger: 'db', ttl: '10m' })
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem; nothing is changed then
   */
  setLevel(level: LogLevel, change?: LevelChange): void
  /** Ends what {@link Logging.setLevel} has set, before its time. @returns whether there was something to end */
  clearLevel(logger?: string): boolean
  /**
   * Sets the levels that last, all of them: what is left out is as at the start. What a person has set for a while holds on
   * until it ends.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem; nothing is changed then
   */
  setLevels(levels: LastingLevels): void
  /** The levels that hold now, and why. */
  readonly levels: LogLevels
  /** Resolves when every line is written, and after `limitMs` in any case. Never rejects. */
  flush(limitMs: number): Promise<LogFlush>
  /**
   * Writes everything that waits and then this line, synchronously and within a limit: what follows may be
   * `process.exit()`. Written at every level but `silent`.
   *
   * @returns whether it was written
   */
  writeLastWords(fields: object, message: string, options?: LastWordsOptions): boolean
  /** The line that would be written, secrets hidden: for those who put it elsewhere. Nothing is written. */
  toLine(level: LineLevel, fields: object, message: string): string
  /** Gives up what waits and writes nothing more. Needed only where another log takes over. */
  close(): void
  readonly counts: LoggingCounts
}

const LAST_WORDS_MS = 200
/** How long a line of level `fatal` may wait for a reader, because the end of the process often follows it. */
const FATAL_MS = 200
const FLUSH_MS = 1_000

/**
 * Makes the log of a process: JSON lines with the ids of the active span, secrets hidden, level changeable at run time,
 * written without ever blocking the event loop on a pipe or a socket, and without losing the last line.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 *
 * @example
 * const logging = createLogging({ service: 'orders' })
 * logging.log.info({ port: 8080 }, 'listening')
 */
export function createLogging(options: LoggingOptions): Logging {
  return new ProcessLogging(resolveLoggingOptions(options))
}

class ProcessLogging implements Logging {
  readonly log: Logger
  readonly #writer: LogWriter
  readonly #onLine: ((line: string) => void) | undefined
  readonly #notices: Logger
  readonly #levels: RunTimeLevels
  #onLineErrors = 0
  #isInOnLine = false
  /** Set while last words are made: their line is caught here instead of being written like any other. */
  #caught: string[] | undefined

  constructor(options: ResolvedLoggingOptions) {
    this.#onLine = options.onLine
    this.#writer = new LogWriter({
      target: openLogTarget(options.fd),
      clock: options.clock,
      maxBufferedBytes: options.maxBufferedBytes,
      onLoss: (loss) => this.#tellLoss(loss),
    })
    const stream = {
      write: (line: string) => this.#take(line),
      flushSync: () => this.#caught ?? this.#writer.drainNow(FATAL_MS),
      flush: (done: () => void) => void this.#flushThen(done),
    }
    const base = { ...options.base, pid: process.pid, hostname: hostname() }
    const { log, named } = createSafeLogger({ level: options.level, base, rules: options.rules }, stream)
    this.log = log
    this.#notices = log.child({}, { level: 'trace' })
    this.#levels = new RunTimeLevels(log, named, options.clock, (fields, text) => {
      this.#notices.info(fields, text)
    })
  }

  get level(): LogLevel {
    return this.log.level as LogLevel
  }

  set level(level: LogLevel) {
    checkLevel(level)
    this.#levels.level = level
  }

  setLevel(level: LogLevel, change: LevelChange = {}): void {
    this.#levels.override(level, change)
  }

  clearLevel(logger?: string): boolean {
    return this.#levels.clear(logger)
  }

  setLevels(levels: LastingLevels): void {
    this.#levels.setLasting(levels)
  }

  get levels(): LogLevels {
    return this.#levels.all
  }

  get counts(): LoggingCounts {
    return { ...this.#writer.counts, onLineErrors: this.#onLineErrors }
  }

  async flush(limitMs: number): Promise<LogFlush> {
    await this.#writer.flush(limitMs)
    const { bufferedBytes, droppedLines, discardedLines } = this.#writer.counts
    return { complete: bufferedBytes === 0, droppedLines: droppedLines + discardedLines, bufferedBytes }
  }

  writeLastWords(fields: object, message: string, options: LastWordsOptions = {}): boolean {
    if (this.level === 'silent') return false
    const line = this.toLine(options.level ?? 'info', fields, message)
    const isWritten = this.#writer.writeLast(line, options.limitMs ?? LAST_WORDS_MS)
    if (options.isExported === true) this.#bridge(line)
    return isWritten
  }

  toLine(level: LineLevel, fields: object, message: string): string {
    const lines: string[] = []
    this.#caught = lines
    try {
      this.#notices[level](fields, message)
    } finally {
      this.#caught = undefined
    }
    return lines.join('')
  }

  close(): void {
    this.#levels.close()
    this.#writer.close()
  }

  async #flushThen(done: () => void): Promise<void> {
    await this.#writer.flush(FLUSH_MS)
    done()
  }

  #take(line: string): void {
    const safe = hideSecrets(line)
    if (this.#caught !== undefined) {
      this.#caught.push(safe)
      return
    }
    this.#writer.write(safe)
    this.#bridge(safe)
  }

  #bridge(line: string): void {
    if (this.#onLine === undefined || this.#isInOnLine) return
    this.#isInOnLine = true
    try {
      this.#onLine(line)
    } catch {
      this.#onLineErrors++
    } finally {
      this.#isInOnLine = false
    }
  }

  #tellLoss({ lines, reason }: LogLoss): void {
    const why = reason === 'full' ? 'their reader did not keep up' : `writing them failed with ${reason}`
    this.#notices.warn({ lostLines: lines, reason }, `${lines} log lines are missing here: ${why}`)
  }
}

function checkLevel(level: unknown): void {
  if (LOG_LEVELS.includes(level as LogLevel)) return
  const text = typeof level === 'string' ? level : typeof level
  throw new SeaworthyError(
    'SEA_OPTIONS_INVALID',
    `logging.level is "${text}", expected one of ${LOG_LEVELS.join(', ')}`,
    {
      hint: didYouMean(text, LOG_LEVELS) || 'Set one of these levels.',
    },
  )
}
