import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer } from '../core/node-http.ts'

import type { Clock } from '../core/clock.ts'
import { settleWithin } from '../core/wait.ts'
import { sendAnswer, type Answer } from './send-answer.ts'

export interface AdminRequest {
  readonly method: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Of a page that takes one, as UTF-8; empty when there was none. */
  readonly body: string
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

/** What the pages that are loaded when they are asked for begin with: what people and tools ask for, not probes. */
export const PAGES_PREFIX = '/-/'

/**
 * Whether the body of a request is read before a page is asked, at most {@link MAX_BODY_BYTES}: of somebody who may see
 * details, for a page of {@link PAGES_PREFIX}. Other bodies are never read.
 */
export function takesBody({ method }: IncomingMessage, path: string, mayKnow: boolean): boolean {
  return mayKnow && path.startsWith(PAGES_PREFIX) && (method === 'PUT' || method === 'POST')
}

/** How long a route may take, in milliseconds: a scrape of Prometheus gives up after 10 s by default. */
const ROUTE_LIMIT_MS = 10_000

export interface RouteCall {
  readonly clock: Clock
  readonly query: URLSearchParams
  readonly mayKnow: boolean
  readonly onError: (error: unknown) => void
}

/** A request for a route, wherever its connection is. */
export interface RouteRequest {
  readonly method: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal
}

/** Calls `route` and sends what it answers; never rejects. */
export async function callRoute(
  route: AdminRoute,
  request: IncomingMessage,
  response: ServerResponse,
  call: RouteCall & { readonly body: string },
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { method = 'GET', headers } = request
  const answer = await answerRoute(route, { method, headers, body: call.body, gone: gone.signal }, call)
  if (!response.destroyed) sendAnswer(request, response, answer)
}

/** What `route` answers, or why it does not; never rejects. */
export async function answerRoute(
  route: AdminRoute,
  { method, headers, body, gone }: RouteRequest,
  { clock, query, mayKnow, onError }: RouteCall,
): Promise<Answer> {
  const methods = withHead(route.methods ?? ['GET'])
  if (!methods.includes(method)) return { status: 405, headers: { allow: methods.join(', ') } }
  if (route.access === 'private' && !mayKnow) return { status: 401, headers: { 'www-authenticate': 'Bearer' } }
  const settled = await settleWithin(clock, ROUTE_LIMIT_MS, (limit) =>
    route.answer({ method, query, headers, body, signal: AbortSignal.any([limit, gone]) }),
  )
  if (settled.outcome === 'done') return settled.value
  if (settled.outcome === 'failed') onError(settled.error)
  return { status: settled.outcome === 'failed' ? 500 : 503 }
}

function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') && !methods.includes('HEAD') ? [...methods, 'HEAD'] : methods
}

/** Limits of the admin server. It is asked by probes, scrapers and people: little at a time, and not for long. */
export const ADMIN_LIMITS = {
  /** More are dropped as they connect. */
  maxConnections: 256,
  /** 431 beyond it; Node's own default is 16 KiB. */
  maxHeaderBytes: 8 * 1024,
  /** 408 for headers that are not complete by then. */
  headersTimeoutMs: 5000,
  /** 408 for a request that is not complete by then. */
  requestTimeoutMs: 10_000,
  /** How often the two above are looked at; Node's own default is 30 s. */
  checkIntervalMs: 1000,
  keepAliveTimeoutMs: 5000,
} as const

/** A server with these limits, in whichever thread. It does not listen. */
export function createLimitedServer(onRequest: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: ADMIN_LIMITS.maxHeaderBytes,
      headersTimeout: ADMIN_LIMITS.headersTimeoutMs,
      requestTimeout: ADMIN_LIMITS.requestTimeoutMs,
      connectionsCheckingInterval: ADMIN_LIMITS.checkIntervalMs,
      keepAliveTimeout: ADMIN_LIMITS.keepAliveTimeoutMs,
    },
    onRequest,
  )
  server.maxConnections = ADMIN_LIMITS.maxConnections
  // Who only keeps a connection makes room: else a few hundred idle ones would keep a kubelet out for seconds.
  server.on('drop', () => server.closeIdleConnections())
  return server
}
