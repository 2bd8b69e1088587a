import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { IDLE_BEGAN, LOAD_BEGAN, LOAD_ENDED } from '../marks/underway.ts'
import { readLogLine } from './log-lines.ts'

/** A line or a record that was written. */
export interface LogEntry {
  readonly at: number
  readonly text: string
  /** Whether it is an object or pairs of their own, with a level, a time and a message. */
  readonly isStructured: boolean
  /** What it lacks for that: `no JSON or logfmt`, `no level`. */
  readonly lacks: readonly string[]
  readonly traceId?: string
}

/** One way by which a service tells what it does. */
export interface LogSource {
  readonly name: 'standard output' | 'OTLP'
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  /** Under load. */
  readonly entries: readonly LogEntry[]
  /** What is written without any request, over the time of the load: by timers and the like. */
  readonly backgroundCount: number
}

/** What was written just after the last answer is about it, too. */
const AFTERWARDS_MS = 500

/** What a service wrote in the voyage `underway`, by each way; lines and records of probes are left out. */
export function logSources(lifetime: Lifetime, probePaths: readonly string[]): LogSource[] {
  const from = markedAt(lifetime, LOAD_BEGAN)
  if (from === undefined) return []
  const to = (markedAt(lifetime, LOAD_ENDED) ?? lifetime.events.at(-1)?.at ?? from) + AFTERWARDS_MS
  const idleFrom = markedAt(lifetime, IDLE_BEGAN) ?? from
  const isOfProbe = ({ text, traceId }: LogEntry): boolean =>
    traceId === undefined && probePaths.some((path) => text.includes(path))
  const source = (name: LogSource['name'], all: readonly LogEntry[]): LogSource => {
    const entries = all.filter((entry) => !isOfProbe(entry))
    const idle = entries.filter(({ at, traceId }) => at >= idleFrom && at < from && traceId === undefined)
    const perMs = from > idleFrom ? idle.length / (from - idleFrom) : 0
    return {
      name,
      lifetime,
      from,
      to,
      entries: entries.filter(({ at }) => at >= from && at <= to),
      backgroundCount: perMs * (to - from),
    }
  }
  return [source('standard output', linesOf(lifetime)), source('OTLP', recordsOf(lifetime))]
}

function linesOf(lifetime: Lifetime): LogEntry[] {
  return eventsOf(lifetime, 'output')
    .filter(({ line }) => line.trim() !== '')
    .map(({ at, line }) => {
      const read = readLogLine(line)
      const lacks =
        read === undefined
          ? ['no JSON or logfmt']
          : [
              ...(read.hasLevel ? [] : ['no level']),
              ...(read.hasTime ? [] : ['no time']),
              ...(read.hasMessage ? [] : ['no message']),
            ]
      return {
        at,
        text: line,
        lacks,
        isStructured: lacks.length === 0,
        ...(read?.traceId !== undefined && { traceId: read.traceId }),
      }
    })
}

function recordsOf(lifetime: Lifetime): LogEntry[] {
  return eventsOf(lifetime, 'log').map(({ madeAt, body, severityNumber, traceId, attributes }) => {
    const lacks = [...(severityNumber > 0 ? [] : ['no level']), ...(body === '' ? ['no message'] : [])]
    return {
      at: madeAt,
      text: `${body} ${JSON.stringify(attributes)}`,
      lacks,
      isStructured: lacks.length === 0,
      ...(traceId !== '' && { traceId: traceId.toLowerCase() }),
    }
  })
}
