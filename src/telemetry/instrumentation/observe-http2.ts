import { SpanKind } from '@opentelemetry/api'
import type { Http2ServerOptions } from './http2-server.ts'
import { observeHttp2Servers } from './http2-server.ts'
import type { ClientRequests } from './client-requests.ts'
import { GrpcJs } from './grpc-js.ts'
import { observeHttp2Clients } from './http2-client.ts'
import { whenHttp2IsLoaded } from './http2-module.ts'
import { RpcClientCalls } from './rpc-client-calls.ts'
import { STOCK_GRPC, yieldTo } from './stock-instrumentations.ts'

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
  // What it measures is nothing, so that calls go on to be measured here.
  let isGrpcObserved = false
  const stopWatching = yieldTo(STOCK_GRPC, SpanKind.CLIENT, 'calls of gRPC', options, () => {
    isGrpcObserved = true
  })
  const clientOptions = { ...options, calls, isGrpcObserved: () => isGrpcObserved }
  const grpcJs = options.isObservingCalls === false ? undefined : new GrpcJs(clientOptions)
  undo.push(
    stopWatching,
    () => grpcJs?.stop(),
    whenHttp2IsLoaded((http2, connection) => {
      undo.push(observeHttp2Servers(http2, connection, options), observeHttp2Clients(http2, clientOptions))
    }, options.onProblem),
  )
  return () => {
    for (const end of undo.splice(0)) end()
  }
}
