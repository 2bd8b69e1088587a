import { createServer } from 'node:http'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/ws'
import { WebSocketServer } from 'ws'
import { echo, handler, HOST, PORT } from './work.ts'

const sockets = new WebSocketServer({ server: createServer(handler), path: '/ws' })
echo(sockets)

const service = createService({ name: 'bench' })
attach(service, sockets, { port: PORT, host: HOST })
await service.run()
