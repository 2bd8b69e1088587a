import { printable } from '../store/view/printable.ts'

/** What the last line of a Seaworthy service says of its shutdown. */
export interface ReportedShutdown {
  readonly reason: string
  readonly clean: boolean
  readonly tookMs: number
  readonly phases: Readonly<Record<string, number>>
  readonly laggards: readonly { readonly name: string; readonly phase: string; readonly outcome: string }[]
  readonly aborted: readonly string[]
  readonly flush: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** A line of a service's output: as JSON where it is, and as a person reads it. */
export interface OutputLine {
  readonly text: string
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
  const err = fields['err'] as { readonly message?: string } | undefined
  const error = err?.message === undefined ? [] : [`— ${err.message}`]
  const text = printable([level.padEnd(5), ...component, fields['msg'], ...error, ...details].join(' '), MAX_LINE)
  return isShutdown(fields['shutdown']) ? { text, level, shutdown: fields['shutdown'] } : { text, level }
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

function isShutdown(value: unknown): value is ReportedShutdown {
  return typeof value === 'object' && value !== null && 'phases' in value && 'clean' in value && 'flush' in value
}
