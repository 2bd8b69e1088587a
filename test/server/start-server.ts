import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { RawConnectionOptions } from '../../src/load/raw-connection-options.ts'
import type { HttpDrainOptions } from '../../src/server/http-drain-options.ts'
import { type HttpDrain, trackHttpServer } from '../../src/server/http-drain.ts'

export interface ServerUnderTest {
  readonly server: Server
  readonly port: number
  /** The server's ends of all connections so far, in the order in which they were accepted. */
  readonly accepted: readonly Socket[]
  /** A connection to the server that is closed when the test ends. */
  readonly connect: (options?: Partial<RawConnectionOptions>) => RawConnection
}

export interface DrainedServer extends ServerUnderTest {
  readonly drain: HttpDrain
}

/** A plain server on a free port, gone when the test ends. */
export async function startServer(handler?: RequestListener, options: ServerOptions = {}): Promise<ServerUnderTest> {
  return bindForTest(createServer(options, handler))
}

/** The same with its drain. */
export async function startDrainedServer(
  handler?: RequestListener,
  options: ServerOptions & { readonly drain?: Partial<HttpDrainOptions> } = {},
): Promise<DrainedServer> {
  const server = createServer(options, handler)
  // A clock that stands still would wait for quiet for ever.
  const quiet = options.drain?.clock === undefined ? {} : { quietMs: 0 }
  const drain = trackHttpServer(server, { clock: systemClock, name: 'test', ...quiet, ...options.drain })
  return { ...(await bindForTest(server)), drain }
}

export async function bindForTest(server: Server): Promise<ServerUnderTest> {
  const accepted: Socket[] = []
  server.on('connection', (socket) => accepted.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    if (server.listening) server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { server, port, accepted, connect: (options) => openConnection(port, options) }
}

export function openConnection(port: number, options: Partial<RawConnectionOptions> = {}): RawConnection {
  const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port, ...options })
  onTestFinished(() => connection.close())
  return connection
}

/** Looks every few milliseconds until `condition` holds; the test's own time limit is what ends a wait for nothing. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Something to wait for that a test brings about itself. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
