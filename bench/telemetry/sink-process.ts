/**
 * Takes the telemetry of all variants, each on a port of its own, and says yes to everything. Spans are counted when it
 * is asked for, so that counting takes no time from a measurement. Runs in a process of its own.
 */
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { countSpans, type Delivery } from './count-spans.ts'

export interface SinkOrder {
  readonly ask: 'open' | 'count'
  readonly protocol?: 'http' | 'grpc'
}

/** What came in on a port since it was opened. */
export interface SinkCount {
  readonly port: number
  readonly spans: number
  readonly requests: number
  readonly bytes: number
}

const EMPTY_MESSAGE = Buffer.alloc(5)
/** More than this waits for nobody to ask. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

class Port {
  spans = 0
  requests = 0
  bytes = 0
  #waiting: Delivery[] = []
  #waitingBytes = 0

  take(delivery: Delivery): void {
    this.requests++
    this.bytes += delivery.body.length
    this.#waiting.push(delivery)
    this.#waitingBytes += delivery.body.length
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.count()
  }

  count(): void {
    for (const delivery of this.#waiting) this.spans += countSpans(delivery)
    this.#waiting = []
    this.#waitingBytes = 0
  }
}

const ports = new Map<number, Port>()

function openHttp(port: Port): Promise<number> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      port.take({
        path: request.url ?? '',
        encoding: request.headers['content-encoding'] ?? '',
        traceCount: request.headers['x-datadog-trace-count'] as string | undefined,
        body: Buffer.concat(chunks),
      })
      // What Elastic's agent asks first; others want nothing, or JSON.
      const isOtlp = request.url?.startsWith('/v1/') === true
      response.setHeader('content-type', isOtlp ? 'application/x-protobuf' : 'application/json')
      response.end(isOtlp ? '' : '{"version":"8.19.0"}')
    })
    // A client that goes away in the middle is one that was ended.
    request.on('error', () => {})
  })
  // Nobody should have to open a new connection because others had their turn.
  server.keepAliveTimeout = 0
  return listen(server)
}

function openGrpc(port: Port): Promise<number> {
  const server = createHttp2Server()
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      port.take({
        path: String(headers[':path']),
        encoding: String(headers['grpc-encoding'] ?? ''),
        traceCount: undefined,
        body: Buffer.concat(chunks),
      })
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(EMPTY_MESSAGE)
    })
  })
  server.on('sessionError', () => {})
  return listen(server)
}

function listen(server: {
  listen: (port: number, host: string, ready: () => void) => unknown
  address: () => unknown
}) {
  return new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

process.on('message', (order: SinkOrder) => void answer(order))

async function answer({ ask, protocol }: SinkOrder): Promise<void> {
  if (ask === 'open') {
    const opened = new Port()
    const port = await (protocol === 'grpc' ? openGrpc(opened) : openHttp(opened))
    ports.set(port, opened)
    process.send?.({ port })
    return
  }
  const counts = [...ports].map(([port, opened]): SinkCount => {
    opened.count()
    return { port, spans: opened.spans, requests: opened.requests, bytes: opened.bytes }
  })
  process.send?.(counts)
}
process.on('disconnect', () => process.exit(0))
process.send?.({})
