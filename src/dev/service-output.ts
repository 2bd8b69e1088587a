import { printable } from '../store/view/printable.ts'
import { errorLines, errorRemark } from './error-lines.ts'
import { readReportedShutdown, type ReportedShutdown } from './reported-shutdown.ts'

/** A line of a service's output: as JSON where it is, and as a person reads it. */
export interface OutputLine {
  readonly text: string
  /** What stands below the line: stack and causes of its error. Absent when there is nothing. */
  readonly details?: readonly string[]
  readonly level?: string
  readonly shutdown?: ReportedShutdown
}

const MAX_LINE = 2000
/** Fields that every line has, and nobody reads on a terminal. */
const HIDDEN = new Set([
  'level',
  'time',
  'msg',
  'pid',
  'hostname',
  'service',
  'version',
  'instance',
  'trace_id',
  'span_id',
  'trace_flags',
  'err',
  'shutdown',
  'component',
])

/** Reads a line that a service printed. Anything that is no JSON log line is taken as it is. */
export function readOutputLine(line: string): OutputLine {
  const fields = parseObject(line)
  if (fields === undefined || typeof fields['msg'] !== 'string') return { text: printable(line, MAX_LINE) }
  const level = typeof fields['level'] === 'string' ? fields['level'] : 'info'
  const rest = Object.entries(fields).filter(([key]) => !HIDDEN.has(key))
  const details = rest.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const component = typeof fields['component'] === 'string' ? [`[${fields['component']}]`] : []
  const msg = fields['msg']
  const isError = fields['err'] !== undefined && fields['err'] !== null
  const remark = isError ? errorRemark(fields['err'], msg).split('\n', 1) : []
  const words = [level.padEnd(5), ...component, msg, ...remark, ...details].filter((word) => word !== '')
  const below = isError ? errorLines(fields['err'], msg).map((detail) => printable(detail, MAX_LINE)) : []
  const shutdown = readReportedShutdown(fields)
  return {
    text: printable(words.join(' '), MAX_LINE),
    level,
    ...(below.length === 0 ? {} : { details: below }),
    ...(shutdown === undefined ? {} : { shutdown }),
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export type { ReportedShutdown } from './reported-shutdown.ts'
