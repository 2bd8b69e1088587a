import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import {
  GRPC_CANCELLED,
  GRPC_DEADLINE_EXCEEDED,
  GRPC_UNKNOWN,
  nameGrpcStatus,
  parseGrpcTimeout,
  statusOfHttp,
  statusOfReset,
} from './grpc-status.ts'
import type { ContextHeaders } from './outgoing-context.ts'
import type { RpcClientCall } from './rpc-client-call.ts'

const CANCEL = 0x8
/** For a call that has got nowhere: its connection is gone, or never was. */
const UNAVAILABLE = 'UNAVAILABLE'

/** A call of gRPC as it is seen on its stream, of a client that is not known otherwise. */
export class RpcClientStream {
  readonly #call: RpcClientCall
  readonly #timeoutMs: number | undefined
  #status: string | undefined = undefined
  /** What its error says of how it has ended. */
  #failure: string | undefined = undefined
  #isAnswered = false

  constructor(call: RpcClientCall, timeout: string | undefined) {
    this.#call = call
    this.#timeoutMs = parseGrpcTimeout(timeout)
  }

  get headers(): ContextHeaders {
    return this.#call.headers
  }

  connected(socket: ClientHttp2Session['socket'] | undefined): void {
    this.#call.connected(socket)
  }

  onEvent(event: string | symbol, first: unknown, stream: ClientHttp2Stream): void {
    if (event === 'response' || event === 'trailers')
      this.#read(first as IncomingHttpHeaders & IncomingHttpStatusHeader)
    else if (event === 'error') this.#failure ??= statusOfError(first)
    else if (event === 'close') this.#call.end(this.#status ?? this.#statusOf(stream.rstCode))
  }

  fail(_error: unknown): void {
    this.#call.end(UNAVAILABLE)
  }

  #read(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    this.#isAnswered = true
    const code = headers['grpc-status']
    const httpStatus = headers[':status'] ?? 200
    if (code !== undefined) this.#status = nameGrpcStatus(code)
    else if (httpStatus !== 200) this.#status = statusOfHttp(httpStatus)
  }

  /** Of a call that has ended without a status. */
  #statusOf(rstCode: number | undefined): string {
    if (this.#failure !== undefined) return this.#failure
    // Nobody has reset it: either the answer lacks a status, or the caller has destroyed its session.
    if (rstCode === undefined || rstCode === 0) return this.#isAnswered ? GRPC_UNKNOWN : GRPC_CANCELLED
    if (rstCode !== CANCEL) return statusOfReset(rstCode)
    const timeoutMs = this.#timeoutMs
    const isLate = timeoutMs !== undefined && performance.now() - this.#call.startedAtMs >= timeoutMs
    return isLate ? GRPC_DEADLINE_EXCEEDED : GRPC_CANCELLED
  }
}

/** `undefined` where the stream itself says more: one that was reset, by either side. */
function statusOfError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { name, code, cause } = error as NodeJS.ErrnoException
  if (name === 'AbortError' || code === 'ERR_HTTP2_STREAM_ERROR') return undefined
  // Without a cause it is the caller that has destroyed its session; else the connection has failed.
  return code === 'ERR_HTTP2_STREAM_CANCEL' && cause === undefined ? GRPC_CANCELLED : UNAVAILABLE
}
