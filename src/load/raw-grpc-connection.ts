import { RawHttp2Connection } from './http2-client.ts'
import { Http2Sender } from './http2-sender.ts'
import type { RawConnectionOptions } from './raw-connection-options.ts'
import type { RawRequest, RawResult } from './raw-request.ts'
import type { KeptConnection } from './steady-client.ts'

/** Status codes of gRPC as the nearest of HTTP, so that both are counted alike; any other is 500. */
const HTTP_STATUS: Readonly<Record<string, number>> = { '0': 200, '4': 504, '8': 429, '12': 501, '14': 503, '16': 401 }
const PREFIX_BYTES = 5

/**
 * Unary calls of gRPC over one connection, without the retries and the waiting of a real client:
 * `path` is the method, such as `/shop.Orders/Get`, and `body` the message. A call is answered when its status has come;
 * without one, however much came, it is truncated.
 */
export class RawGrpcConnection implements KeptConnection {
  readonly #sender: Http2Sender

  constructor(options: RawConnectionOptions) {
    this.#sender = new Http2Sender(() => new RawHttp2Connection(options))
  }

  get isUsable(): boolean {
    return this.#sender.isUsable
  }

  /** A stream that the server says it has not processed is `refused`: gRPC may send it again. */
  async request({ path, headers = {}, body, timeoutMs }: RawRequest): Promise<RawResult> {
    const result = await this.#sender.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/grpc', te: 'trailers', ...headers },
      body: frame(Buffer.from(body ?? '')),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    if (result.outcome !== 'answered') return result
    // A call that fails at once has its status in the headers, and no trailers.
    const status = result.trailers?.['grpc-status'] ?? result.headers?.['grpc-status']
    if (status === undefined) return { ...result, outcome: 'truncated' }
    return {
      ...result,
      status: HTTP_STATUS[status] ?? 500,
      ...(result.body === undefined ? {} : { body: result.body.subarray(PREFIX_BYTES) }),
    }
  }

  close(): void {
    this.#sender.close()
  }
}

/** One message, not compressed, behind its length. */
function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}
