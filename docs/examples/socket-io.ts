// Socket.IO beside an Express application. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'
import { io as connect } from 'socket.io-client'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
import express from 'express'
import { createService } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'
import { withSocketIo } from 'seaworthy/socket.io'
import { Server } from 'socket.io'

const service = createService({ name: 'chat' })
const web = service.listener('web', {
  port: 0,
  start() {
    const io = new Server()
    io.on('connection', (socket) => socket.emit('welcome'))
    return withSocketIo(io, fromExpress(express()))
  },
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const client = connect(`${service.address(web)?.url}`, { transports: ['websocket'] })
await new Promise<void>((resolve) => client.on('connect', resolve))
client.on('disconnect', () => console.error(client.active ? 'it will be back' : 'it stays away'))
process.kill(process.pid, 'SIGTERM')
await running
