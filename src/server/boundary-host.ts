import type { IncomingMessage } from 'node:http'
import type { Log } from '../core/log.ts'
import type { RouteOf } from './server-drain.ts'

/** Whose requests they are, for what is told of a failed one. */
export interface BoundaryHost {
  /** The listener. */
  readonly name: string
  readonly log: Log
  readonly routeOf: RouteOf
}

const hosts = new WeakMap<object, BoundaryHost>()
let latest: BoundaryHost | undefined

/** Makes failures of requests to `server` known to `host`. */
export function setBoundaryHost(server: object, host: BoundaryHost): void {
  hosts.set(server, host)
  latest = host
}

/** `undefined` for a request to a server that no service has. */
export function boundaryHostOf(request: IncomingMessage): BoundaryHost | undefined {
  const { socket, stream } = request as { readonly socket?: object | null; readonly stream?: { session?: object } }
  if (stream === undefined) return hosts.get((socket as { readonly server?: object } | null)?.server ?? request)
  const { session } = stream as { readonly session?: { readonly server?: object } }
  // A stream that is over has forgotten where it came from, and its failure must not go unheard.
  return session === undefined ? latest : hosts.get(session.server ?? request)
}
