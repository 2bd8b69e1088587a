import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { vi } from 'vitest'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import type { Environment } from '../../src/core/env-reader.ts'
import { FinalFlush } from '../../src/core/final-flush.ts'
import type { Log } from '../../src/core/log.ts'
import type { ReceiverOptions } from '../../src/receiver/options.ts'
import type { StoredSpan } from '../../src/store/stored-item.ts'
import { createReceiver, type Receiver } from '../../src/receiver/receiver.ts'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../src/telemetry/telemetry.ts'

/** A log that keeps its lines as `level message`. */
export class KeptLog implements Log {
  readonly lines: string[] = []
  readonly fields: object[] = []

  debug(fields: object, message: string): void {
    this.#keep('debug', fields, message)
  }
  info(fields: object, message: string): void {
    this.#keep('info', fields, message)
  }
  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message)
  }
  error(fields: object, message: string): void {
    this.#keep('error', fields, message)
  }

  #keep(level: string, fields: object, message: string): void {
    this.lines.push(`${level} ${message}`)
    this.fields.push(fields)
  }
}

export interface StartedTelemetry extends AsyncDisposable {
  readonly telemetry: Telemetry
  readonly receiver: Receiver
  readonly endpoint: string
  readonly log: KeptLog
  readonly finalFlush: FinalFlush
}

export interface FixtureOptions extends Partial<Omit<TelemetryOptions, 'env' | 'log'>> {
  readonly env?: Environment
  readonly receiver?: ReceiverOptions
  readonly clock?: Clock
}

/** A receiver and a telemetry that sends to it. The receiver's own requests, in the same process, are not observed. */
export async function startTelemetry(options: FixtureOptions = {}): Promise<StartedTelemetry> {
  const { env = {}, receiver: receiverOptions = {}, ignoreRequest = () => false, ...rest } = options
  const receiver = createReceiver(receiverOptions)
  const { endpoint, port } = await receiver.start()
  const log = new KeptLog()
  const finalFlush = new FinalFlush()
  const telemetry = createTelemetry({
    serviceName: 'fixture',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SEAWORTHY_SPOOL_DIR: 'off', ...env },
    clock: systemClock,
    log,
    finalFlush,
    ignoreRequest: (request) => request.socket.localPort === port || ignoreRequest(request),
    ...rest,
  })
  await telemetry.start()
  return {
    telemetry,
    receiver,
    endpoint,
    log,
    finalFlush,
    async [Symbol.asyncDispose]() {
      await telemetry.flush(1000)
      telemetry.uninstall()
      await receiver.stop()
    },
  }
}

export interface StartedServer extends AsyncDisposable {
  readonly server: Server
  readonly port: number
  readonly url: string
}

/** A `node:http` server on a free port. */
export async function startServer(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<StartedServer> {
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** The body of a request as text. */
export async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

/**
 * The spans at the receiver once this many have ended, by a final flush. A span of a server ends a little after its
 * answer has arrived at the client, so a test has to wait for it.
 */
export async function deliverSpans({ telemetry, receiver }: StartedTelemetry, count: number): Promise<StoredSpan[]> {
  await vi.waitFor(() => {
    const { created } = telemetry.account().traces
    if (created < count) throw new Error(`${created} of ${count} spans have ended`)
  }, 5000)
  await telemetry.flush(5000)
  return receiver.store.spans()
}

/** Sends bytes as they are, not by a client that is observed itself. */
export async function sendRaw(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await new Promise((resolve) => {
    socket.write(text, resolve)
  })
  return socket
}

/** Sends a request by hand and returns the whole answer. */
export async function exchangeRaw(port: number, text: string): Promise<string> {
  const socket = await sendRaw(port, text)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

/** A GET whose connection the server closes afterwards. */
export function rawGet(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ Host: 'shop.example:8080', Connection: 'close', ...headers })
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** A port at which nobody listens. */
export async function closedPort(): Promise<number> {
  await using server = await startServer(() => {})
  return server.port
}
