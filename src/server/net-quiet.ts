import type { Cancel, Clock } from '../core/clock.ts'
import type { NetConnection, NetLedger } from './net-ledger.ts'

export interface QuietConnections {
  readonly closedCount: number
  stop(): void
}

/**
 * Calls `close` for each connection on which nothing has passed either way for `quietMs`, nothing waits to be sent, and
 * the last word was ours. Where it was the peer's, an answer may be in the making: such a connection is left to the soft
 * deadline. All are looked at once per grace, so that a connection is closed after one to two of them.
 */
export function watchQuiet(
  clock: Clock,
  quietMs: number,
  ledger: NetLedger,
  close: (connection: NetConnection) => void,
): QuietConnections {
  let closedCount = 0
  let cancel: Cancel = () => {}
  const seen = new Map<NetConnection, number>()
  const look = (): void => {
    for (const connection of ledger.connections) {
      const { socket } = connection
      const bytes = socket.bytesRead + socket.bytesWritten
      const hasLastWord = socket.bytesRead === connection.bytesAnswered
      const isQuiet = seen.get(connection) === bytes && socket.writableLength === 0
      seen.set(connection, bytes)
      if (!isQuiet || socket.writableEnded || !(hasLastWord || connection.isHandshaking)) continue
      closedCount++
      // Without a handshake nothing can be said that the peer would understand.
      if (connection.isHandshaking) socket.destroy()
      else close(connection)
    }
    cancel = clock.schedule(quietMs, look)
  }
  look()
  return {
    get closedCount() {
      return closedCount
    },
    stop: () => cancel(),
  }
}
