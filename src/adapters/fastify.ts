/**
 * Fastify 4 and 5 as a listener of a service.
 *
 * @module
 */
import type { AttachOptions, Bound, Handle, ServerApplication, Service } from 'seaworthy'
import { answerError, type FastifyReplyLike, type FastifyRequestLike, installAnswers } from './fastify/answer-errors.ts'
import { adoptAll, type FastifyApp, orderlyEnd } from './fastify/orderly-end.ts'
import { type AttachKind, checkApplication, checkAttach, hasMethods, isServer } from './options/runtime-checks.ts'

export type { FastifyApp } from './fastify/orderly-end.ts'

/**
 * Makes a Fastify instance a listener: `start: () => fromFastify(app)`. Spans and reports name the matched route,
 * `request.signal` also knows the shutdown, WebSockets of `@fastify/websocket` are told goodbye, and `app.close()`, with
 * all `preClose` and `onClose` hooks, runs when nothing is in flight any more. Errors, and requests that no route
 * matches, are answered as `application/problem+json`, unless the instance has handlers of its own for them or has
 * started already.
 *
 * An instance works without it, too: `start: () => app`. Then reports name the path, and Fastify answers errors.
 */
export function fromFastify(app: FastifyApp): ServerApplication {
  checkApplication(INSTANCE, 'fromFastify()', app)
  installAnswers(app)
  return { server: app.server, ready: async () => app.ready(), ...orderlyEnd(app) }
}

/**
 * Gives an instance that exists to `service`, which drains it. With `port`, the service listens. Without, call
 * `app.listen()` as before.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'shop' })
 * attach(service, app)
 * await service.run()
 * ```
 */
export function attach<Config>(service: Service<Config>, app: FastifyApp, options: AttachOptions = {}): Handle<Bound> {
  checkAttach(INSTANCE, service, app, options)
  const { name = 'http', ...where } = options
  if (where.port !== undefined) return service.listener(name, { ...where, start: () => fromFastify(app) })
  return service.listener(name, {
    ...where,
    adopt: (adopt) => adoptAll(app, adopt),
    start: () => orderlyEnd(app),
  })
}

/**
 * A handler of errors that answers as `application/problem+json`, for an instance that is attached, or for a part of
 * one: `app.setErrorHandler(problemHandler)`. {@link fromFastify} sets it by itself.
 */
export function problemHandler(error: unknown, request: FastifyRequestLike, reply: FastifyReplyLike): void {
  answerError(error, request, reply)
}

const INSTANCE: AttachKind = {
  module: 'seaworthy/fastify',
  expected: 'a Fastify instance',
  fits: (app) => hasMethods(app, 'ready', 'close') && isServer((app as FastifyApp).server),
}
