import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** Where lines of a log can be found. */
export type LogChannel = 'stdout' | 'otlp'

/** A request that was answered, and whether a line that names it was found. */
export interface LoggedRequest {
  readonly request: RequestEvent
  readonly isLogged: boolean
}

/** What a channel says of the requests of a lifetime. */
export interface RequestLog {
  /** In the order of their answers: those that can be told from others. */
  readonly requests: readonly LoggedRequest[]
  /**
   * Lines after those of the first requests that name no request, beyond what such requests bring with them: they may be
   * the lines of requests that seem to have none.
   */
  readonly namelessCount: number
}

/** What can be a trace id or a nonce. */
const TOKEN = /[\w-]{8,}/g

/** Whether each answered request has a line with its trace id or its nonce. @param earlyShare which are the first ones, 0 to 1 */
export function requestLog(lifetime: Lifetime, channel: LogChannel, earlyShare: number): RequestLog {
  const lines = linesOf(lifetime, channel)
  const seen = new Set(lines.flat())
  const answered = eventsOf(lifetime, 'request')
    .filter(({ outcome, trace, nonce }) => outcome === 'answered' && (trace !== undefined || nonce !== undefined))
    .toSorted((one, other) => one.at - other.at)
  const requests = answered.map((request) => ({ request, isLogged: namesOf(request).some((name) => seen.has(name)) }))
  const early = requests.slice(0, Math.floor(requests.length * earlyShare)).filter(({ isLogged }) => isLogged)
  const earlyNames = new Set(early.flatMap(({ request }) => namesOf(request)))
  const names = new Set(answered.flatMap(namesOf))
  const border = lines.findLastIndex((tokens) => tokens.some((token) => earlyNames.has(token))) + 1
  const countNameless = (some: readonly string[][]): number =>
    some.filter((tokens) => !tokens.some((token) => names.has(token))).length
  const laterLogged = requests.filter(({ isLogged }) => isLogged).length - early.length
  const usual = (countNameless(lines.slice(0, border)) / Math.max(1, early.length)) * laterLogged
  return { requests, namelessCount: Math.max(0, Math.round(countNameless(lines.slice(border)) - usual)) }
}

function namesOf({ trace, nonce }: RequestEvent): string[] {
  return [trace?.traceId, nonce].filter((name) => name !== undefined)
}

/** The tokens of each line, in the order of the lines. */
function linesOf(lifetime: Lifetime, channel: LogChannel): string[][] {
  if (channel === 'stdout') {
    return eventsOf(lifetime, 'output')
      .filter(({ stream }) => stream === 'stdout')
      .map(({ line }) => tokensOf(line))
  }
  return eventsOf(lifetime, 'log').map(({ traceId, body, attributes }) => {
    const texts = Object.values(attributes).filter((value) => typeof value === 'string')
    return [traceId, ...[body, ...texts].flatMap(tokensOf)]
  })
}

/** With the parts of a whole traceparent: `00-<trace>-<span>-01`. */
function tokensOf(text: string): string[] {
  return [...text.matchAll(TOKEN)].flatMap(([token]) => (token.includes('-') ? [token, ...token.split('-')] : [token]))
}
