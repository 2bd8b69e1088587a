import { type ErrorClass, toErrorClass, type Verdict } from './error-class.ts'
import { parseRetryAfter, readHeader } from './retry-after.ts'

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
const STATUSES: Readonly<Record<number, Verdict>> = {
  401: ['permission', false],
  403: ['permission', false],
  407: ['permission', false],
  451: ['permission', false],
  404: ['not_found', false],
  410: ['not_found', false],
  409: ['conflict', false],
  412: ['conflict', false],
  423: ['conflict', false],
  408: ['timeout', true],
  425: ['unavailable', true],
  429: ['rate_limit', true],
  500: ['external', true],
  502: ['unavailable', true],
  503: ['unavailable', true],
  504: ['timeout', true],
}

/** What the status of an answer says; `undefined` for what is no failure. */
export function classifyStatus(status: number, retryAfterMs?: number): ErrorClass | undefined {
  if (!Number.isInteger(status) || status < 400 || status > 599) return undefined
  const verdict = STATUSES[status] ?? [status < 500 ? 'validation' : 'external', false]
  return toErrorClass(verdict, String(status), retryAfterMs)
}

interface Answer {
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly headers?: unknown
  readonly response?: unknown
}

/**
 * What an answer, or an error about one, says: `status` or `statusCode`, of its own or of its `response`, as `fetch`,
 * undici, axios, got and the errors of server frameworks have them.
 */
export function classifyAnswer(value: object, nowMs: number): ErrorClass | undefined {
  const answer = value as Answer
  const inner = typeof answer.response === 'object' && answer.response !== null ? (answer.response as Answer) : answer
  const status = statusOf(answer) ?? statusOf(inner)
  if (status === undefined) return undefined
  const header = readHeader(inner.headers, 'retry-after') ?? readHeader(answer.headers, 'retry-after')
  return classifyStatus(status, parseRetryAfter(header, nowMs))
}

function statusOf({ status, statusCode }: Answer): number | undefined {
  if (typeof status === 'number') return status
  return typeof statusCode === 'number' ? statusCode : undefined
}
