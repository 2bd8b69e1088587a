import type { Meter, Tracer } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../core/clock.ts'
import { ClientRequests } from './client-requests.ts'
import { observeFetch } from './fetch.ts'
import { observeHttpClients } from './http-client.ts'
import { createMethodNames } from './http-method.ts'
import { observeHttpServers } from './http-server.ts'

export interface HttpObservationOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly clock: Clock
  readonly knownMethods: readonly string[] | undefined
  readonly ignoreRequest: (request: IncomingMessage) => boolean
  readonly onProblem: (error: unknown) => void
}

/**
 * Observes everything that speaks HTTP in this process: servers, `node:http` clients, `fetch`.
 *
 * @returns takes it back
 */
export function observeHttp(options: HttpObservationOptions): () => void {
  const nameMethod = createMethodNames(options.knownMethods)
  const requests = new ClientRequests({ ...options, nameMethod })
  const undo = [
    observeHttpServers({ ...options, nameMethod }),
    observeHttpClients(requests, options.onProblem),
    observeFetch(requests, options.onProblem),
  ]
  return () => {
    for (const end of undo) end()
    requests.close()
  }
}
