import { systemClock } from '../../../src/core/clock.ts'
import { RawHttp2Connection } from '../../../src/load/http2-client.ts'
import { Http2Sender } from '../../../src/load/http2-sender.ts'
import { RawConnection } from '../../../src/load/raw-client.ts'
import type { RawConnectionOptions } from '../../../src/load/raw-connection-options.ts'
import { RawGrpcConnection } from '../../../src/load/raw-grpc-connection.ts'
import { type JournalEntry, RequestJournal } from '../../../src/load/request-journal.ts'
import { type KeptConnection, runSteadyClient } from '../../../src/load/steady-client.ts'
import { toCall } from './grpc-client.ts'
import type { Wire } from './server-kind.ts'
import type { AtEnd } from './start-kind.ts'
import { TcpConnection } from './tcp-client.ts'

export const WIRE_DELAY_MS = 25

/** Of each sort; each always has a request on its way. */
const CLIENTS = 3

export interface ContinuousLoad {
  /** All requests of all clients, once each has been refused a connection: nobody listens any more. */
  readonly ended: Promise<readonly JournalEntry[]>
}

/**
 * Clients that never pause and never send a request twice: some keep their connection for as long as they may, some open
 * one for each request. They go on until nobody listens.
 */
export function beginLoad(wire: Wire, port: number, atEnd: AtEnd): ContinuousLoad {
  const stop = new AbortController()
  atEnd(() => stop.abort())
  const journal = new RequestJournal(systemClock)
  const open = (): KeptConnection =>
    openFor(wire, { clock: systemClock, host: '127.0.0.1', port, wireDelayMs: WIRE_DELAY_MS })
  const client = (name: string, index: number, connect: () => KeptConnection): Promise<void> =>
    runSteadyClient({
      clock: systemClock,
      journal,
      name: `${name} ${index}`,
      connect,
      request: { path: index === 0 ? '/slow/150' : '/fast' },
      signal: stop.signal,
      onRefused: 'gone',
    })
  const clients = Array.from({ length: CLIENTS }, (_, index) => [
    client('kept', index, open),
    client('new', index, () => onceOnly(open())),
  ])
  return { ended: Promise.all(clients.flat()).then(() => journal.entries) }
}

function openFor(wire: Wire, options: RawConnectionOptions): KeptConnection {
  const tls = { rejectUnauthorized: false }
  switch (wire) {
    case 'http':
      return new RawConnection(options)
    case 'https':
      return new RawConnection({ ...options, tls })
    case 'h2c':
      return new Http2Sender(() => new RawHttp2Connection(options))
    case 'tcp':
      return new TcpConnection(options, options.wireDelayMs)
    case 'grpc':
      return callsOver(new RawGrpcConnection(options))
    case 'h2':
      return new Http2Sender(() => new RawHttp2Connection({ ...options, tls }))
  }
}

/** Asks by the path of a route. */
function callsOver(connection: RawGrpcConnection): KeptConnection {
  return {
    get isUsable() {
      return connection.isUsable
    },
    request(request) {
      const { path, message } = toCall(request.path)
      return connection.request({ ...request, path, body: message })
    },
    close: () => connection.close(),
  }
}

function onceOnly(connection: KeptConnection): KeptConnection {
  let isUsed = false
  return {
    get isUsable() {
      return !isUsed && connection.isUsable
    },
    async request(request) {
      isUsed = true
      try {
        return await connection.request(request)
      } finally {
        connection.close()
      }
    },
    close: () => connection.close(),
  }
}
