/**
 * Koa as a listener of a service.
 *
 * @module
 */
import { createServer, type IncomingMessage, type RequestListener, type Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import {
  type Application,
  type ApplicationHooks,
  type AttachOptions,
  type Bound,
  type Handle,
  type ServerApplication,
  type Service,
  setHttpRoute,
  signalOf,
} from 'seaworthy'
import { answerError, installAnswers } from './koa/answer-errors.ts'
import { readServer } from './options/read-server.ts'
import { type AttachKind, checkApplication, checkAttach, hasMethods } from './options/runtime-checks.ts'

/** As much of a Koa application as this needs. */
export interface KoaApp {
  /** The prototype of every `ctx`. */
  readonly context: object
  callback(): RequestListener
  // oxlint-disable-next-line typescript/no-explicit-any -- Koa has the many forms of Node's own
  listen: (...args: any[]) => HttpServer
}

interface KoaContext {
  readonly req: KoaRequest
}

type KoaRequest = IncomingMessage & { [ROUTE]?: { readonly matched: unknown; readonly pattern: string | undefined } }

const ROUTE = Symbol('route of the request')
const PREPARED = Symbol.for('seaworthy.koa.prepared')

/**
 * Makes a Koa application a listener: `start: () => fromKoa(app)`. Every `ctx` has a `signal`, and with `@koa/router`
 * (or `koa-router`) spans and reports name the matched route. Errors that no middleware has caught, and requests that none
 * has answered, are answered as `application/problem+json`, unless the application has a `ctx.onerror` of its own; its
 * `error` event is emitted for those who listen to it.
 */
export function fromKoa(app: KoaApp): ServerApplication & { readonly server: HttpServer } {
  checkApplication(APP, 'fromKoa()', app)
  installAnswers(app)
  const watched = watch(app)
  return { server: createServer(app.callback()), ...watched }
}

/**
 * Gives an application that exists to `service`, which drains it. With `port`, the service listens. Without, the
 * application does: call `app.listen()` afterwards. For a server that listens already, pass it as `server`.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'shop' })
 * attach(service, app, { server: app.listen(8080) })
 * await service.run()
 * ```
 */
export function attach<Config>(
  service: Service<Config>,
  app: KoaApp,
  options: AttachOptions & {
    /** The server that `app.listen()` returned, or one made of `app.callback()`. @default the next that it returns */
    readonly server?: HttpServer | HttpsServer
  } = {},
): Handle<Bound> {
  checkAttach(APP, service, app, options)
  const { name = 'http', server, ...where } = options
  if (where.port !== undefined) {
    const build = (): Application => (server === undefined ? fromKoa(app) : { server, ...watch(app) })
    return service.listener(name, { ...where, start: build })
  }
  const watched = watch(app)
  return service.listener(name, {
    ...where,
    adopt(adopt) {
      if (server !== undefined) {
        adopt(server)
        return
      }
      const { listen } = app
      app.listen = (...args) => {
        const opened = listen.apply(app, args)
        adopt(opened)
        return opened
      }
    },
    start: () => watched,
  })
}

/**
 * Answers errors as `application/problem+json`, for an application that is attached:
 * `app.context.onerror = problemHandler`. {@link fromKoa} sets it by itself.
 */
export const problemHandler: (error: unknown) => void = answerError

const APP: AttachKind = {
  module: 'seaworthy/koa',
  expected: 'a Koa application',
  fits: (app) => hasMethods(app, 'callback', 'listen') && typeof (app as KoaApp).context === 'object',
  own: readServer,
}

/** Lets each `ctx` of `app` say what it matched and have a signal. Safe to call again. */
function watch(app: KoaApp): Pick<ApplicationHooks, 'routeOf'> {
  const prototype = app.context as { [PREPARED]?: boolean }
  if (!Object.hasOwn(prototype, PREPARED)) {
    prototype[PREPARED] = true
    // Koa puts this prototype under each `ctx`, so the router's assignment arrives here and nothing global is touched.
    Object.defineProperty(prototype, '_matchedRoute', MATCHED_ROUTE_PROPERTY)
    if (!('signal' in prototype)) Object.defineProperty(prototype, 'signal', SIGNAL_PROPERTY)
  }
  return { routeOf: (request) => (request as KoaRequest)[ROUTE]?.pattern }
}

const SIGNAL_PROPERTY: PropertyDescriptor & ThisType<KoaContext> = {
  configurable: true,
  get() {
    return signalOf(this.req)
  },
  set(value: unknown) {
    // A middleware that brings a signal of its own goes on working.
    Object.defineProperty(this, 'signal', { value, configurable: true, enumerable: true, writable: true })
  },
}

/** Set by the router once it knows the most specific route, before the handlers of that route run. */
const MATCHED_ROUTE_PROPERTY: PropertyDescriptor & ThisType<KoaContext> = {
  configurable: true,
  get() {
    return this.req[ROUTE]?.matched
  },
  set(matched: unknown) {
    const pattern = typeof matched === 'string' || matched instanceof RegExp ? String(matched) : undefined
    this.req[ROUTE] = { matched, pattern }
    if (pattern !== undefined) setHttpRoute(pattern)
  },
}
