import type { Server } from 'node:http'
import type { TrackableServer } from 'seaworthy'
import { type WebSocket, WebSocketServer } from 'ws'

/** Answers each message with the same in upper case. */
export function shout(socket: WebSocket): void {
  socket.on('message', (data) => socket.send((data as Buffer).toString().toUpperCase()))
}

/** WebSockets at `/ws` of an HTTP server, as the `ws` package has them. */
export function addWebSockets(server: TrackableServer): WebSocketServer {
  const sockets = new WebSocketServer({ server: server as Server, path: '/ws' })
  sockets.on('connection', shout)
  return sockets
}
