/**
 * Express 4 and 5 as a listener of a service.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { AttachOptions, Bound, Handle, ServerApplication, Service } from 'seaworthy'
import { answerProblem } from 'seaworthy/problem'
import { answerLast } from './express/answer-last.ts'
import { hearPromises } from './express/hear-promises.ts'
import { isExpress4, watch } from './express/request-properties.ts'
import { type AttachKind, checkApplication, checkAttach, isServer } from './options/runtime-checks.ts'

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- how Express' own types are extended
  namespace Express {
    interface Request {
      /** Aborted when the client goes away, and when a shutdown asks this request to end. */
      readonly signal: AbortSignal
    }
  }
}

/** As much of an Express application as this needs; what `express()` returns is one. */
export interface ExpressApp {
  (request: IncomingMessage, response: ServerResponse): unknown
  /** The prototype of every request of this application and of those mounted in it. */
  readonly request: object
  // oxlint-disable-next-line typescript/no-explicit-any -- Express has six forms of it, and two versions of each
  listen: (...args: any[]) => HttpServer
}

/**
 * Makes an Express application a listener: `start: () => fromExpress(app)`. Spans and reports name the matched route,
 * with the paths under which routers are mounted, and every request has a `signal`. Errors that no handler of the
 * application has answered, and requests that none has, are answered as `application/problem+json`; with Express 4, too,
 * what a promise of a handler is rejected with that was there when this was called.
 *
 * An application works without it, too: `start: () => app`. Then reports name the path, and Express answers errors.
 */
export function fromExpress(app: ExpressApp): ServerApplication & { readonly server: HttpServer } {
  checkApplication(APP, 'fromExpress()', app)
  answerLast(app)
  if (isExpress4(app)) hearPromises(app)
  return { server: createServer(app), ...watch(app) }
}

/**
 * Gives an application that exists to `service`, which drains it. With `port`, the service listens. Without, the
 * application does, by `app.listen()`: call that afterwards, or pass the server that it returned.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'shop' })
 * attach(service, app.listen(8080))
 * await service.run()
 * ```
 */
export function attach<Config>(
  service: Service<Config>,
  target: ExpressApp | HttpServer | HttpsServer,
  options: AttachOptions = {},
): Handle<Bound> {
  checkAttach(APP_OR_SERVER, service, target, options)
  const { name = 'http', ...where } = options
  if (typeof target !== 'function') {
    const app = target.listeners('request').find(isExpressApp)
    const routes = app === undefined ? {} : watch(app)
    if (where.port !== undefined) {
      return service.listener(name, { ...where, start: () => ({ server: target, ...routes }) })
    }
    return service.listener(name, { ...where, adopt: (adopt) => adopt(target), start: () => routes })
  }
  if (where.port !== undefined) return service.listener(name, { ...where, start: () => fromExpress(target) })
  return service.listener(name, {
    ...where,
    adopt(adopt) {
      const { listen } = target
      target.listen = (...args) => {
        const server = listen.apply(target, args)
        adopt(server)
        return server
      }
    },
    start: () => watch(target),
  })
}

/**
 * A handler of errors that answers as `application/problem+json`, for an application that is attached, or for a part of
 * one: `app.use(problemHandler)`, after all others. {@link fromExpress} needs none.
 */
export function problemHandler(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  // Express knows a handler of errors by its four parameters.
  _next: (error?: unknown) => void,
): void {
  answerProblem(error, request, response)
}

const APP: AttachKind = { module: 'seaworthy/express', expected: 'an Express application', fits: isExpressApp }

const APP_OR_SERVER: AttachKind = {
  ...APP,
  expected: 'an Express application, or the server that its listen() returned',
  fits: (target) => isExpressApp(target) || isServer(target),
}

function isExpressApp(value: unknown): value is ExpressApp {
  return typeof value === 'function' && 'request' in value && 'handle' in value && typeof value.request === 'object'
}
