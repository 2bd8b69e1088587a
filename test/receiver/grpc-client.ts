import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'

export const EXPORT_TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** What a call was answered with. */
export interface GrpcReply {
  readonly httpStatus: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly trailers: Readonly<Record<string, unknown>>
  readonly body: Buffer
  /** `RST_STREAM` code with which the stream ended. */
  readonly resetCode: number
}

/** A bare gRPC client: frames are given as bytes, so that any of them can be wrong. */
export class GrpcClient {
  readonly session: ClientHttp2Session

  constructor(endpoint: string) {
    this.session = connect(endpoint)
    this.session.on('error', () => {})
  }

  /** Opens a call; its body is to be written by the caller. */
  open(
    path = EXPORT_TRACES,
    headers: OutgoingHttpHeaders = {},
  ): { stream: ClientHttp2Stream; reply: Promise<GrpcReply> } {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      ...headers,
    })
    return { stream, reply: readReply(stream) }
  }

  /** Calls with the pieces as separate DATA frames. */
  async call(path: string, pieces: readonly Uint8Array[], headers: OutgoingHttpHeaders = {}): Promise<GrpcReply> {
    const { stream, reply } = this.open(path, headers)
    for (const piece of pieces) {
      if (stream.destroyed || stream.writableEnded) break
      await new Promise<void>((resolve) => {
        stream.write(piece, () => resolve())
      })
    }
    stream.end()
    return reply
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => {
      if (this.session.destroyed) {
        resolve()
      } else {
        this.session.once('close', () => resolve())
        this.session.destroy()
      }
    })
  }
}

/** A message in its frame. */
export function frame(message: Uint8Array, { compressed = false } = {}): Buffer {
  const prefix = Buffer.alloc(5)
  prefix[0] = compressed ? 1 : 0
  prefix.writeUInt32BE(message.byteLength, 1)
  return Buffer.concat([prefix, message])
}

function readReply(stream: ClientHttp2Stream): Promise<GrpcReply> {
  return new Promise((resolve, reject) => {
    let headers: Readonly<Record<string, unknown>> = {}
    let trailers: Readonly<Record<string, unknown>> = {}
    const pieces: Buffer[] = []
    stream.on('response', (received) => (headers = received))
    stream.on('trailers', (received) => (trailers = received))
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.on('error', reject)
    stream.on('close', () =>
      resolve({
        httpStatus: Number(headers[':status'] ?? 0),
        headers,
        trailers,
        body: Buffer.concat(pieces),
        resetCode: stream.rstCode ?? 0,
      }),
    )
  })
}
