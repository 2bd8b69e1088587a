import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { AtEnd, RunningKind } from './start-kind.ts'

export interface OpenWebSocket {
  readonly socket: WebSocket
  /** The next message that comes. */
  message(): Promise<string>
  /** How the server ended it. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

/** A client's WebSocket to `/ws`, gone when the test ends. */
export async function openWebSocket(
  { wire, port }: Pick<RunningKind, 'wire' | 'port'>,
  atEnd: AtEnd = onTestFinished,
): Promise<OpenWebSocket> {
  const scheme = wire === 'https' ? 'wss' : 'ws'
  const socket = new WebSocket(`${scheme}://127.0.0.1:${port}/ws`, { rejectUnauthorized: false })
  atEnd(() => socket.terminate())
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  socket.on('error', () => {})
  await once(socket, 'open')
  return {
    socket,
    closed,
    async message() {
      const [data] = (await once(socket, 'message')) as [Buffer]
      return data.toString()
    },
  }
}
