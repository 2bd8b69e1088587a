import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2'
import type { AddressInfo } from 'node:net'

export interface StartedGrpcServer extends AsyncDisposable {
  readonly port: number
  readonly server: Http2Server
  readonly sessions: readonly ServerHttp2Session[]
}

/** A server of HTTP/2 that does with each call what a test says; `index` counts all calls. */
export async function grpcServer(
  onCall: (stream: ServerHttp2Stream, index: number, headers: Readonly<Record<string, unknown>>) => void,
  settings: Settings = {},
): Promise<StartedGrpcServer> {
  const sessions: ServerHttp2Session[] = []
  let calls = 0
  const server = createServer({ settings })
  server.on('session', (session) => {
    session.on('error', () => {})
    sessions.push(session)
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    onCall(stream, calls++, headers)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    server,
    sessions,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

export interface GrpcAnswerAs {
  readonly status?: number | string
  readonly message?: Uint8Array
  readonly trailers?: Readonly<Record<string, string>>
}

/** Answers once the request has been read, with a message and trailers. */
export function answerCall(stream: ServerHttp2Stream, { status = 0, message, trailers = {} }: GrpcAnswerAs = {}): void {
  stream.resume()
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status), ...trailers }))
    const prefix = Buffer.alloc(5)
    prefix.writeUInt32BE(message?.length ?? 0, 1)
    stream.end(Buffer.concat([prefix, message ?? new Uint8Array()]))
  })
}

/** Answers at once, with nothing but headers. */
export function refuseCall(stream: ServerHttp2Stream, headers: Readonly<Record<string, string>>): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { endStream: true })
}
