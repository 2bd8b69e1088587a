import type { Meter, Tracer } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../core/clock.ts'
import type { FastContextManager } from '../context/context-manager.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { ClientRequests } from './client-requests.ts'
import { observeFetch } from './fetch.ts'
import { observeHttpClients } from './http-client.ts'
import { createMethodNames } from './http-method.ts'
import { observeHttpServers } from './http-server.ts'
import { observeHttp2 } from './observe-http2.ts'
import type { StandAsideOptions } from './stock-instrumentations.ts'

export interface HttpObservationOptions extends StandAsideOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly clock: Clock
  readonly knownMethods: readonly string[] | undefined
  readonly ignoreRequest: (request: IncomingMessage) => boolean
  /** Whether something is to be observed, by the name of its published instrumentation. @default everything */
  readonly isSwitchedOn?: (name: 'http' | 'undici' | 'grpc') => boolean
  readonly onProblem: (error: unknown) => void
  /** The one that is registered with the API, if it is ours. @default the API is asked */
  readonly contextManager?: FastContextManager | undefined
  /** The formats of the propagator that is registered, if it is ours. @default what is registered is asked */
  readonly propagators?: readonly PropagatorName[] | undefined
}

/**
 * Observes everything that speaks HTTP in this process: servers, `node:http` clients, `fetch`, and both sides of HTTP/2.
 *
 * @returns takes it back
 */
export function observeHttp(options: HttpObservationOptions): () => void {
  const nameMethod = createMethodNames(options.knownMethods)
  const requests = new ClientRequests({ ...options, nameMethod })
  const { isSwitchedOn = () => true } = options
  const undo: (() => void)[] = []
  if (isSwitchedOn('http')) {
    undo.push(observeHttpServers({ ...options, nameMethod }), observeHttpClients(requests, options.onProblem, options))
  }
  const http2 = { isObservingRequests: isSwitchedOn('http'), isObservingCalls: isSwitchedOn('grpc') }
  if (http2.isObservingRequests || http2.isObservingCalls) {
    undo.push(observeHttp2({ ...options, ...http2, nameMethod, requests }))
  }
  if (isSwitchedOn('undici')) undo.push(observeFetch(requests, options.onProblem, options))
  return () => {
    // The latest first: one may have put a method over that of another.
    for (const end of undo.toReversed()) end()
    requests.close()
  }
}
