import type { RequestListener } from 'node:http'
import { createServer } from '../core/node-http.ts'
import { Server as NetServer } from 'node:net'
import { describeKind } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { answerErrors, guardHandlers } from '../server/request-boundary.ts'
import type { TrackableServer } from '../server/server-drain.ts'
import type { Application, Listenable } from './listenable.ts'

interface ToApplicationOptions {
  /** Whether its servers are known already, so that it needs none. */
  readonly adopts: boolean
  /** Whether what its handlers throw is answered. */
  readonly answersErrors: boolean
  /** Makes the server of a request handler. @default one without TLS */
  readonly makeServer?: ((handler: RequestListener) => TrackableServer) | undefined
}

/**
 * What `start` of a listener returned, as an application.
 *
 * @throws {@link SeaworthyError} `SEA_LISTENER_NOT_LISTENABLE`
 */
export function toApplication(
  name: string,
  listenable: Listenable,
  { adopts, answersErrors, makeServer = createServer }: ToApplicationOptions,
): Application {
  if (typeof listenable === 'function')
    return { server: makeServer(answersErrors ? answerErrors(listenable) : listenable) }
  if (isServer(listenable)) {
    if (answersErrors) guardHandlers(listenable)
    return { server: listenable }
  }
  if (typeof listenable !== 'object' || listenable === null) {
    if (adopts && listenable === undefined) return {}
    throw notListenable(name, listenable)
  }
  const { server, listen, callback } = listenable as {
    readonly [K in 'server' | 'listen' | 'callback']?: unknown
  }
  if (isServer(server)) return listenable
  // Koa's `listen` has another meaning, and its handler is one call away.
  const isKoa = typeof callback === 'function'
  const canListen = server === undefined && typeof listen === 'function' && !isKoa
  if (canListen || (adopts && server === undefined)) return listenable
  throw notListenable(name, listenable)
}

/** Whether it is a server of Node: of `http`, `https`, `http2`, `net` or `tls`. */
export function isServer(value: unknown): value is TrackableServer {
  return value instanceof NetServer
}

/** By which of its members a framework is known; the order matters, as Nest has the most of them. */
const FRAMEWORKS: readonly (readonly [adapter: string, ...members: readonly string[]])[] = [
  ['seaworthy/nest', 'getHttpServer'],
  ['seaworthy/fastify', 'inject', 'register'],
  ['seaworthy/koa', 'callback', 'middleware'],
  ['seaworthy/express', 'handle', 'request'],
  ['seaworthy/hono', 'fetch', 'routes'],
]

/** The adapter of the framework whose application `value` looks like, as it is imported. */
export function adapterOf(value: unknown): string | undefined {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined
  return FRAMEWORKS.find(([, ...members]) => members.every((member) => member in value))?.[0]
}

function notListenable(name: string, value: unknown): SeaworthyError {
  const got = value === undefined ? 'nothing (is a return missing?)' : describeKind(value)
  return new SeaworthyError(
    'SEA_LISTENER_NOT_LISTENABLE',
    `start of listener "${name}" must return a request handler, a server, or an application with a server; it returned ${got}`,
    {
      hint: 'Return (request, response) => …, http.createServer(…), a Fastify instance, app.callback() of Koa, or what the adapter of your framework makes.',
    },
  )
}
