import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { RawConnectionOptions } from '../../src/load/raw-connection-options.ts'

/** A TCP server that does with each connection exactly what a test wants; all of it goes when the test ends. */
export async function startWireServer(
  onConnection: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** A connection to `port` of this machine that is closed when the test ends. */
export function openConnection(port: number, options: Partial<RawConnectionOptions> = {}): RawConnection {
  const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port, ...options })
  onTestFinished(() => connection.close())
  return connection
}

/** Answers every request head with `answer`, as it is. */
export function answering(answer: string): (socket: Socket) => void {
  return (socket) => socket.on('data', () => socket.write(answer))
}
