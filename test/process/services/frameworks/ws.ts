// An existing application with HTTP and WebSockets on one port.
import { createServer } from 'node:http'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/ws'
import { WebSocketServer } from 'ws'

const server = createServer((request, response) => {
  console.error('slow began')
  setTimeout(() => response.end('slow'), Number(request.url?.split('/').at(-1)))
})
const sockets = new WebSocketServer({ server, path: '/ws' })
sockets.on('connection', () => console.error('connected'))
server.listen(0, '127.0.0.1')

const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
attach(service, sockets)
await service.run()
