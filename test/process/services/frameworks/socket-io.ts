// An existing application with Express and Socket.IO on one port.
import express from 'express'
import { createServer } from 'node:http'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/socket.io'
import { Server } from 'socket.io'

const app = express()
app.get('/slow/:ms', (request, response) => {
  console.error('slow began')
  setTimeout(() => response.send('slow'), Number(request.params.ms))
})
const io = new Server(createServer(app))
io.on('connection', () => console.error('connected'))
io.httpServer.listen(0, '127.0.0.1')

const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
attach(service, io)
await service.run()
