/**
 * Hono on `@hono/node-server` as a listener of a service.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import {
  type ApplicationHooks,
  type AttachOptions,
  type Bound,
  type Handle,
  type ServerApplication,
  type Service,
  setHttpRoute,
  signalOf,
  type TrackableServer,
} from 'seaworthy'
import { answerError, type HonoContextLike, installAnswers } from './hono/answer-errors.ts'
import { readServer } from './options/read-server.ts'
import { type AttachKind, checkApplication, checkAttach, hasMethods } from './options/runtime-checks.ts'

/** As much of a Hono application as this needs. */
export interface HonoApp {
  // oxlint-disable-next-line typescript/no-explicit-any -- typed by the generics of each application
  getPath: (request: Request, options?: any) => string
  readonly router: object
}

interface HonoRoute {
  readonly path: string
  readonly method: string
  readonly handler: { readonly length: number }
}

type Match = (method: string, path: string) => readonly [readonly (readonly [readonly [unknown, HonoRoute], unknown])[]]

type RawRequest = IncomingMessage & { [ROUTE]?: string }
type WebRequest = Request & { [INCOMING]?: RawRequest; [SIGNAL]?: AbortSignal }

const ROUTE = Symbol('route of the request')
const INCOMING = Symbol('the request of node')
const SIGNAL = Symbol('signal of the request')
const PREPARED = Symbol.for('seaworthy.hono.prepared')

/**
 * Makes a Hono application a listener: `start: () => fromHono(app, createAdaptorServer(app))`. Spans and reports name
 * the matched route, and `c.req.raw.signal` also knows the shutdown. Errors are answered as `application/problem+json`,
 * unless the application has a handler of its own (`app.onError`).
 *
 * @param server what `createAdaptorServer()` of `@hono/node-server` made of `app`: HTTP/1.1, HTTPS or HTTP/2
 */
export function fromHono(app: HonoApp, server: TrackableServer): ServerApplication {
  checkApplication(APP, 'fromHono()', app)
  installAnswers(app)
  return { server, ...watch(app) }
}

/**
 * Gives an application that exists to `service`, which drains it. Without `port`, its server listens by itself: pass
 * what `serve()` returned.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'shop' })
 * attach(service, app, { server: serve(app) })
 * await service.run()
 * ```
 */
export function attach<Config>(
  service: Service<Config>,
  app: HonoApp,
  options: AttachOptions & {
    /** What `serve()` or `createAdaptorServer()` returned. */
    readonly server: TrackableServer
  },
): Handle<Bound> {
  checkAttach(APP, service, app, options)
  const { name = 'http', server, ...where } = options
  const application = { server, ...watch(app) }
  if (where.port !== undefined) return service.listener(name, { ...where, start: () => application })
  return service.listener(name, { ...where, adopt: (adopt) => adopt(server), start: () => application })
}

/**
 * Answers errors as `application/problem+json`, for an application that is attached: `app.onError(problemHandler)`.
 * {@link fromHono} sets it by itself.
 */
export function problemHandler(error: Error, c: HonoContextLike): Response {
  return answerError(error, c)
}

const APP: AttachKind = {
  module: 'seaworthy/hono',
  expected: 'a Hono application',
  fits: (app) => hasMethods(app, 'getPath', 'fetch') && typeof (app as HonoApp).router === 'object',
  own(read) {
    if (read.value('server') === undefined) read.problem('"server" is required: what serve() returned')
    else readServer(read)
  },
}

/** Lets requests say what they matched, and gives them a signal that knows the shutdown. Safe to call again. */
function watch(app: HonoApp): Pick<ApplicationHooks, 'routeOf'> {
  if (!Object.hasOwn(app, PREPARED)) {
    Object.defineProperty(app, PREPARED, { value: true })
    // Hono asks for the path of a request and, in the same breath, its router for the routes of that path.
    let incoming: RawRequest | undefined
    const { getPath } = app
    app.getPath = (request: WebRequest, options?: { readonly env?: { readonly incoming?: RawRequest } }) => {
      incoming = options?.env?.incoming
      if (incoming !== undefined) giveSignal(request, incoming)
      return getPath(request, options)
    }
    followMatches(app.router as { match: Match }, (route) => {
      if (incoming !== undefined) incoming[ROUTE] = route
      setHttpRoute(route)
    })
  }
  return { routeOf: (request) => (request as RawRequest)[ROUTE] }
}

/** A router replaces its `match` by a better one when the first request comes, so the replacement is wrapped, too. */
function followMatches(router: { match: Match }, onRoute: (route: string) => void): void {
  let inner = router.match
  const outer: Match = (method, path) => {
    const result = inner.call(router, method, path)
    const route = result[0].map(([[, each]]) => each).find(isHandler)
    if (route !== undefined) onRoute(route.path)
    return result
  }
  Object.defineProperty(router, 'match', {
    configurable: true,
    get: () => outer,
    set(match: Match) {
      inner = match
    },
  })
}

/** Middleware is registered for all methods and takes `next`; Hono's own tools tell it from handlers by that. */
function isHandler({ method, handler }: HonoRoute): boolean {
  return method !== 'ALL' || handler.length < 2
}

function giveSignal(request: WebRequest, incoming: RawRequest): void {
  request[INCOMING] = incoming
  Object.defineProperty(request, 'signal', SIGNAL_PROPERTY)
}

const SIGNAL_PROPERTY: PropertyDescriptor & ThisType<WebRequest> = {
  configurable: true,
  get() {
    const incoming = this[INCOMING]
    if (incoming === undefined) return undefined
    return (this[SIGNAL] ??= signalOf(incoming))
  },
}
