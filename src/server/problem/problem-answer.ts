import type { IncomingMessage, ServerResponse } from 'node:http'
import { isSpanContextValid, trace } from '@opentelemetry/api'
import { validateHeaderName, validateHeaderValue } from '../../core/node-http.ts'
import { problemOf } from './problem-of.ts'
import type { Problem } from './problem.ts'

/** The answer to a request that failed, for whoever sends it. */
export interface ProblemAnswer {
  readonly status: number
  /** Names in lower case, the length of the body among them. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

/** Members that nobody may replace. */
const RESERVED: ReadonlySet<string> = new Set(['type', 'title', 'status', 'detail', 'instance', 'traceId'])

/** What says how long this answer is and where it ends: ours to say. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Of a client's own making, so only what can't be mistaken for anything else. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Puts an answer together: the problem, the trace that is active, and the id of the request. */
export function toProblemAnswer(problem: Problem, request: IncomingMessage, response: ServerResponse): ProblemAnswer {
  const body = stringify(problem, requestId(request, response))
  return {
    status: problem.status,
    headers: {
      ...besideFraming(problem.headers),
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body,
  }
}

function besideFraming(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(named.filter(([name, value]) => !FRAMING.has(name) && isSendable(name, value)))
}

/** One that can't be sent, such as a text with a line break, must not cost the answer. */
function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

/** The id of the active trace, whether or not it is sampled: log lines have it in any case. */
function activeTraceId(): string | undefined {
  const context = trace.getActiveSpan()?.spanContext()
  return context !== undefined && isSpanContextValid(context) ? context.traceId : undefined
}

/**
 * What a client is told about whatever was thrown, as the members of RFC 9457: for protocols that carry objects, such as
 * the acknowledgements of Socket.IO. Tells nobody of the error; {@link reportFailure} does.
 */
export function problemMembers(error: unknown): Readonly<Record<string, unknown>> {
  return membersOf(problemOf(error), undefined)
}

function membersOf(problem: Problem, instance: string | undefined): Record<string, unknown> {
  const { type, title, status, detail, extensions } = problem
  const own = Object.entries(extensions).filter(([name]) => !RESERVED.has(name))
  const members = { type, title, status, detail, instance: problem.instance ?? instance, traceId: activeTraceId() }
  return { ...members, ...Object.fromEntries(own) }
}

function stringify(problem: Problem, instance: string | undefined): string {
  try {
    return JSON.stringify(membersOf(problem, instance))
  } catch {
    // A cycle, a bigint: better an answer without it than none.
    return JSON.stringify(membersOf({ ...problem, extensions: {} }, instance))
  }
}

/** That of a middleware or a framework before that of the client. */
function requestId(request: IncomingMessage, response: ServerResponse): string | undefined {
  const candidates = [
    response.getHeader('x-request-id'),
    (request as { readonly id?: unknown }).id,
    request.headers['x-request-id'],
  ]
  for (const candidate of candidates) {
    const id = typeof candidate === 'number' ? String(candidate) : candidate
    if (typeof id === 'string' && REQUEST_ID.test(id)) return UUID.test(id) ? `urn:uuid:${id}` : encodeURIComponent(id)
  }
  return undefined
}
