import { type Clock, systemClock } from '../core/clock.ts'
import { OptionReader } from '../core/option-reader.ts'
import { LOG_LEVELS, type LogLevel } from './log-level.ts'
import { parseRedactRules, type RedactRules } from './redact-rules.ts'

/** How the log of a process is made. Only the name of the service is required. */
export interface LoggingOptions {
  /** Name of the service; the field `service` of every line. */
  readonly service: string
  /** Version of the service; the field `version` of every line. @default left out */
  readonly version?: string
  /** Which instance of the service; the field `instance` of every line. @default left out */
  readonly instanceId?: string
  /** The least level that is written. It can be changed at run time. @default "info" */
  readonly level?: LogLevel
  /**
   * More to hide, besides what always is: passwords, tokens, cookies, keys and connection texts by their names, and
   * credentials in URLs. A plain name (`iban`) is hidden at any depth, a path (`user.email`, `items[*].card`) there.
   *
   * @default []
   */
  readonly redact?: readonly string[]
  /** The file descriptor that lines are written to: 0 to 65535. @default 1, standard output, as containers want it */
  readonly fd?: number
  /**
   * Gets every line as it is written, secrets already hidden, with its line break. Telemetry takes logs from here. What
   * it throws is counted, never passed on; lines that it logs itself are written, but not given to it again.
   *
   * @default nobody
   */
  readonly onLine?: (line: string) => void
  /**
   * How much may wait in memory for a reader that does not keep up, in bytes: 65_536 to 268_435_456. Beyond it the
   * newest lines are dropped and counted, and a line says so once there is room.
   *
   * @default 4_194_304, about 20,000 lines: a busy service's output of several seconds
   */
  readonly maxBufferedBytes?: number
  /** @default the system's clock */
  readonly clock?: Clock
}

export interface ResolvedLoggingOptions {
  readonly base: Readonly<Record<string, string>>
  readonly level: LogLevel
  readonly rules: RedactRules
  readonly fd: number
  readonly onLine: ((line: string) => void) | undefined
  readonly maxBufferedBytes: number
  readonly clock: Clock
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message */
export function resolveLoggingOptions(options: LoggingOptions): ResolvedLoggingOptions {
  const read = new OptionReader(options, 'createLogging()')
  const optional = (field: string, name: string): Record<string, string> => {
    const value = read.value<unknown>(name)
    return value === undefined ? {} : { [field]: read.text(name) }
  }
  const resolved = {
    base: { service: read.text('service'), ...optional('version', 'version'), ...optional('instance', 'instanceId') },
    level: read.oneOf('level', LOG_LEVELS, { fallback: 'info' }),
    rules: readRedactRules(read),
    fd: read.integer('fd', { fallback: 1, min: 0, max: 65_535 }),
    onLine: read.callback<(line: string) => void>('onLine'),
    maxBufferedBytes: read.integer('maxBufferedBytes', { fallback: 4_194_304, min: 65_536, max: 268_435_456 }),
    clock: read.value<Clock>('clock') ?? systemClock,
  }
  read.done()
  return Object.freeze(resolved)
}

function readRedactRules(read: OptionReader): RedactRules {
  try {
    return parseRedactRules(read.list('redact', { fallback: [] }))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    read.problem(`"redact" ${error.message}`)
    return parseRedactRules([])
  }
}
