// WebSockets on /ws and server-sent events on /events. Forgets them at the signal, or says goodbye with the code it is told.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const how = process.argv[2] ?? 'forgets'
const streams = new Set()
const server = createServer((request, response) => {
  if (request.url !== '/events') return response.end('ok')
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n')
  streams.add(response)
})
const sockets = new WebSocketServer({ server, path: '/ws' })
sockets.on('connection', (socket) => socket.on('message', (message) => socket.send(String(message))))
server.listen(Number(process.env.PORT), '127.0.0.1')

process.on('SIGTERM', () => {
  // Sockets that were upgraded are none of the server's any more: it never ends.
  server.close(() => process.exit(0))
  if (how === 'forgets') return
  if (how === 'cuts') process.exit(0)
  for (const stream of streams) stream.end()
  for (const socket of sockets.clients) socket.close(Number(how))
})
