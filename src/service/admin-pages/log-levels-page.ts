import { formatDuration, parseDurationWithUnit } from '../../core/duration.ts'
import { didYouMean } from '../../core/nearest-name.ts'
import { isSeaworthyError } from '../../core/seaworthy-error.ts'
import { LOG_LEVELS, type LogLevel } from '../../logging/log-level.ts'
import type { Logging } from '../../logging/logging.ts'
import type { LogLevels } from '../../logging/run-time-levels.ts'
import type { AdminRequest, AdminRoute } from '../../server/admin-route.ts'
import type { Answer } from '../../server/send-answer.ts'
import { jsonOrText } from './json-or-text.ts'
import { problemAnswer, refuseBrowser, type RequestProblem } from './problem-answer.ts'

/** Where the levels of the log are told and set. */
export const LOG_LEVELS_PATH = '/-/log-levels'

/** The levels of the log, and the control that sets one for a while. */
export function logLevelsPage(logging: Logging): AdminRoute {
  return {
    access: 'private',
    methods: ['GET', 'PUT'],
    answer: (request) =>
      request.method === 'PUT'
        ? setLevel(logging, request)
        : jsonOrText(request, logging.levels, () => toText(logging.levels)),
  }
}

interface Wanted {
  readonly level?: LogLevel | null
  readonly logger?: string
  readonly ttl?: number
}

function setLevel(logging: Logging, request: AdminRequest): Answer {
  const refused = refuseBrowser(request)
  if (refused !== undefined) return refused
  const problems: RequestProblem[] = []
  const { level, logger, ttl } = readBody(request.body, problems)
  if (problems.length > 0 || level === undefined) return problemAnswer(400, 'Bad Request', problems)
  if (level === null) {
    logging.clearLevel(logger)
    return jsonOrText(request, logging.levels, () => toText(logging.levels))
  }
  try {
    logging.setLevel(level, {
      by: 'admin port',
      ...(logger === undefined ? {} : { logger }),
      ...(ttl === undefined ? {} : { ttl }),
    })
  } catch (error) {
    if (!isSeaworthyError(error, 'SEA_OPTIONS_INVALID')) throw error
    const problem = error.message.replace(/^setLevel\(\):\s*/, '')
    return problemAnswer(400, 'Bad Request', [{ key: 'body', problem, remedy: FORM }])
  }
  return jsonOrText(request, logging.levels, () => toText(logging.levels))
}

const FORM = 'Send JSON like {"level":"debug","logger":"db","ttl":"10m"}, or {"level":null} to end a change.'
const KEYS = ['level', 'logger', 'ttl']
/** Unknown keys that are named: an answer is not many times as long as what was sent. */
const MAX_TOLD = 10

function readBody(text: string, problems: RequestProblem[]): Wanted {
  const body = parse(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    problems.push({ key: 'body', problem: text.trim() === '' ? 'is empty' : 'is no JSON object', remedy: FORM })
    return {}
  }
  const unknown = Object.keys(body).filter((key) => !KEYS.includes(key))
  for (const key of unknown.slice(0, MAX_TOLD)) {
    const remedy = didYouMean(key, KEYS) || FORM
    problems.push({ key: key === '' ? '""' : key.slice(0, 100), problem: 'is not known here', remedy })
  }
  const { level, logger, ttl } = body as Readonly<Record<string, unknown>>
  return {
    ...(isLevel(level, problems) ? { level } : {}),
    ...(isLogger(logger, problems) ? { logger } : {}),
    ...toTtl(ttl, problems),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isLevel(level: unknown, problems: RequestProblem[]): level is LogLevel | null {
  if (level === null || LOG_LEVELS.some((known) => known === level)) return true
  const remedy =
    (typeof level === 'string' && didYouMean(level, LOG_LEVELS)) || `Send one of ${LOG_LEVELS.join(', ')}, or null.`
  problems.push({ key: 'level', problem: level === undefined ? 'is missing' : 'is no level', remedy })
  return false
}

function isLogger(logger: unknown, problems: RequestProblem[]): logger is string {
  if (logger === undefined) return false
  if (typeof logger === 'string' && logger !== '') return true
  problems.push({
    key: 'logger',
    problem: 'is no name',
    remedy: 'Send a name such as "db", "db.*" or "*", or leave it out.',
  })
  return false
}

/** A number alone is not taken: 10 would be milliseconds here and minutes in somebody's mind. */
function toTtl(ttl: unknown, problems: RequestProblem[]): { readonly ttl?: number } {
  if (ttl === undefined) return {}
  const ms = typeof ttl === 'string' ? parseDurationWithUnit(ttl) : undefined
  if (ms !== undefined) return { ttl: ms }
  problems.push({
    key: 'ttl',
    problem: 'is no time with its unit',
    remedy: 'Send a text such as "90s", "10m" or "2h".',
  })
  return {}
}

function toText({ level, lasting, overrides, loggers }: LogLevels): string {
  const rows: (readonly [string, string, string])[] = [['(the service)', level, noteOf(undefined, overrides)]]
  for (const { logger, level: set, leftMs } of overrides) {
    if (logger !== undefined && !(logger in loggers)) rows.push([logger, set, `for another ${formatDuration(leftMs)}`])
  }
  for (const [pattern, set] of Object.entries(lasting.loggers))
    if (!(pattern in loggers)) rows.push([pattern, set, 'set'])
  for (const [name, now] of Object.entries(loggers)) rows.push([name, now, noteOf(name, overrides)])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  return rows
    .map(([name, now, note]) => `${name.padEnd(widths[0] ?? 0)}  ${now.padEnd(widths[1] ?? 0)}  ${note}`.trimEnd())
    .join('\n')
}

function noteOf(name: string | undefined, overrides: LogLevels['overrides']): string {
  const own = overrides.find(({ logger }) => logger === name)
  return own === undefined ? '' : `for another ${formatDuration(own.leftMs)}`
}
