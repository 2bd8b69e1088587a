import type { ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import { answer, pathOf, type Parts } from './base.ts'

const streams = new Set<ServerResponse>()
let sockets: WebSocketServer | undefined

/** WebSockets on `/ws`, events on `/events`. */
export function socketParts(): Partial<Parts> {
  return {
    also({ server }) {
      sockets = new WebSocketServer({ server, path: '/ws' })
      sockets.on('connection', (socket) => socket.on('message', (message) => socket.send(message)))
    },
    async handle(request, response, ship) {
      if (pathOf(request) !== '/events') return answer(request, response, ship)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n')
      streams.add(response)
      response.once('close', () => streams.delete(response))
    },
  }
}

export function sayGoodbye(): void {
  for (const stream of streams) stream.end()
  for (const socket of sockets?.clients ?? []) socket.close(1001)
}
