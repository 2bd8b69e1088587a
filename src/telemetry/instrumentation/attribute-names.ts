/**
 * Names of the stable semantic conventions for HTTP and RPC, as far as they are used here.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
 */
export const ATTR = {
  clientAddress: 'client.address',
  errorType: 'error.type',
  httpRequestMethod: 'http.request.method',
  httpRequestMethodOriginal: 'http.request.method_original',
  httpRequestResendCount: 'http.request.resend_count',
  httpResponseStatusCode: 'http.response.status_code',
  httpRoute: 'http.route',
  networkPeerAddress: 'network.peer.address',
  networkPeerPort: 'network.peer.port',
  networkProtocolVersion: 'network.protocol.version',
  rpcMethod: 'rpc.method',
  rpcMethodOriginal: 'rpc.method_original',
  rpcStatusCode: 'rpc.status_code',
  rpcSystemName: 'rpc.system.name',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  urlFull: 'url.full',
  urlPath: 'url.path',
  urlQuery: 'url.query',
  urlScheme: 'url.scheme',
  userAgentOriginal: 'user_agent.original',
} as const

/** Upper bounds in seconds of the buckets of `http.*.request.duration` and `rpc.*.call.duration`, as the conventions ask. */
export const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
