// WebSockets beside an Express application. This copy ends itself, so that it can run as a test.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
import express from 'express'
import { createService } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'
import { withWebSockets } from 'seaworthy/ws'
import { WebSocketServer } from 'ws'

const service = createService({ name: 'chat' })
const web = service.listener('web', {
  port: 0,
  start() {
    const application = fromExpress(express())
    const sockets = new WebSocketServer({ server: application.server })
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
    return withWebSockets(sockets, application)
  },
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const client = new WebSocket(`ws://127.0.0.1:${service.address(web)?.port}`)
await once(client, 'open')
client.on('close', (code) => console.error(code, 'means: going away'))
process.kill(process.pid, 'SIGTERM')
await running
