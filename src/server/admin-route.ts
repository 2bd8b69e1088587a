import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Clock } from '../core/clock.ts'
import { settleWithin } from '../core/wait.ts'
import { sendAnswer, type Answer } from './send-answer.ts'

export interface AdminRequest {
  readonly method: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Aborted when the client has gone or the time is over. */
  readonly signal: AbortSignal
}

/** A further page of the admin server, such as `/metrics`. */
export interface AdminRoute {
  /** @default GET; HEAD comes with GET */
  readonly methods?: readonly string[]
  /** `private`: only for those who may see details; the others get 401. */
  readonly access: 'open' | 'private'
  /** Makes the whole answer. What it throws is a 500 without a word about it. */
  readonly answer: (request: AdminRequest) => Answer | Promise<Answer>
}

export type AdminRoutes = Readonly<Record<string, AdminRoute>>

/** How long a route may take, in milliseconds: a scrape of Prometheus gives up after 10 s by default. */
const ROUTE_LIMIT_MS = 10_000

export interface RouteCall {
  readonly clock: Clock
  readonly query: URLSearchParams
  readonly mayKnow: boolean
  readonly onError: (error: unknown) => void
}

/** Calls `route` and sends what it answers; never rejects. */
export async function callRoute(
  route: AdminRoute,
  request: IncomingMessage,
  response: ServerResponse,
  { clock, query, mayKnow, onError }: RouteCall,
): Promise<void> {
  const method = request.method ?? 'GET'
  const methods = withHead(route.methods ?? ['GET'])
  if (!methods.includes(method)) {
    sendAnswer(request, response, { status: 405, headers: { allow: methods.join(', ') } })
    return
  }
  if (route.access === 'private' && !mayKnow) {
    sendAnswer(request, response, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const settled = await settleWithin(clock, ROUTE_LIMIT_MS, (limit) =>
    route.answer({ method, query, headers: request.headers, signal: AbortSignal.any([limit, gone.signal]) }),
  )
  if (settled.outcome === 'failed') onError(settled.error)
  if (response.destroyed) return
  if (settled.outcome === 'done') sendAnswer(request, response, settled.value)
  else sendAnswer(request, response, { status: settled.outcome === 'failed' ? 500 : 503 })
}

function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') && !methods.includes('HEAD') ? [...methods, 'HEAD'] : methods
}
