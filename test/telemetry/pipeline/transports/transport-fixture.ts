import { createServer, type Server as NetServer, type AddressInfo, type Socket } from 'node:net'
import { EnvReader, type Environment } from '../../../../src/core/env-reader.ts'
import { type Clock, systemClock } from '../../../../src/core/clock.ts'
import type { Signal } from '../../../../src/otlp/model.ts'
import { readOtlpSettings } from '../../../../src/telemetry/env/otlp-env.ts'
import type { ExportOutcome } from '../../../../src/telemetry/pipeline/export-outcome.ts'
import type { Transport } from '../../../../src/telemetry/pipeline/transport.ts'
import { Connections } from '../../../../src/telemetry/pipeline/transports/connections.ts'
import { openTransport } from '../../../../src/telemetry/pipeline/transports/open-transport.ts'
import { tracesBytes } from '../../../receiver/started-receiver.ts'

/** Of attempts that are meant to end in another way. */
const LONG_MS = 20_000

export interface OpenedTransport extends Disposable {
  readonly transport: Transport
  readonly problems: string[]
  send(options?: SendAs): Promise<ExportOutcome>
}

export interface SendAs {
  readonly body?: readonly Uint8Array[]
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface OpenAs {
  readonly signal?: Signal
  readonly clock?: Clock
  readonly connections?: Connections
}

/** A transport as these variables ask for it. */
export async function opened(
  env: Environment,
  { signal = 'traces', clock = systemClock, connections = new Connections() }: OpenAs = {},
): Promise<OpenedTransport> {
  const read = new EnvReader(env)
  const settings = readOtlpSettings(read, signal, () => {})
  read.done()
  const problems: string[] = []
  const onProblem = (text: string): void => void problems.push(text)
  const transport = await openTransport(signal, settings, { clock, onProblem, connections })
  return {
    transport,
    problems,
    send: ({ body = [tracesBytes()], timeoutMs = LONG_MS, signal = new AbortController().signal } = {}) =>
      transport.send(body, { timeoutMs, signal }),
    [Symbol.dispose]: () => transport.close(),
  }
}

export const http = (port: number): Environment => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })

export const grpc = (port: number): Environment => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
})

export const PROTOCOLS = { http, grpc } as const
export const PROTOCOL_NAMES = ['http', 'grpc'] as const

export interface RawServer extends AsyncDisposable {
  readonly port: number
  readonly server: NetServer
  /** Of all connections so far. */
  readonly sockets: readonly Socket[]
  /** Reads whatever was left unread, and resolves when all connections so far are over. */
  allClosed(): Promise<void>
}

/** A server that does with each connection what a test says, and nothing else. */
export async function rawServer(onConnection: (socket: Socket, index: number) => void): Promise<RawServer> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    sockets.push(socket)
    onConnection(socket, sockets.length - 1)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    server,
    sockets,
    async allClosed() {
      for (const socket of sockets) {
        socket.removeAllListeners('readable')
        // Taking listeners away stops a stream in the next tick.
        setImmediate(() => socket.resume())
      }
      const open = sockets.filter((socket) => !socket.closed)
      await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** A server that reads each request over HTTP/1.1 with its `Content-Length` and answers with these bytes. */
export function rawHttpServer(
  answer: (request: string, index: number, socket: Socket) => string | undefined,
): Promise<RawServer> {
  let requests = 0
  return rawServer((socket) => {
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
      const end = received.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1])
      if (end === -1 || received.length < end + 4 + length) return
      const request = received
      received = ''
      const bytes = answer(request, requests++, socket)
      if (bytes !== undefined) socket.write(bytes, 'latin1')
    })
  })
}

/** An answer with its length. */
export function answer(status: string, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const lines = Object.entries({ 'Content-Length': String(body.length), ...headers })
  return `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
