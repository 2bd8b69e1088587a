import type { Http2ServerOptions } from './http2-server.ts'
import { observeHttp2Servers } from './http2-server.ts'
import type { ClientRequests } from './client-requests.ts'
import { GrpcJs } from './grpc-js.ts'
import { observeHttp2Clients } from './http2-client.ts'
import { whenHttp2IsLoaded } from './http2-module.ts'
import { RpcClientCalls } from './rpc-client-calls.ts'

export interface Http2ObservationOptions extends Http2ServerOptions {
  /** The same as for the other clients. */
  readonly requests: ClientRequests
}

/**
 * Observes everything that speaks HTTP/2 in this process by `node:http2`, as soon as that is loaded, and gRPC with it.
 *
 * @returns takes it back
 */
export function observeHttp2(options: Http2ObservationOptions): () => void {
  const undo: (() => void)[] = []
  const calls = new RpcClientCalls(options)
  const grpcJs = new GrpcJs({ ...options, calls })
  const isCallObserved = (userAgent: string | undefined): boolean => grpcJs.isCallObserved(userAgent)
  undo.push(
    () => grpcJs.stop(),
    whenHttp2IsLoaded((http2, connection) => {
      undo.push(
        observeHttp2Servers(http2, connection, options),
        observeHttp2Clients(http2, { ...options, calls, isCallObserved }),
      )
    }, options.onProblem),
  )
  return () => {
    for (const end of undo.splice(0)) end()
  }
}
