// WebSockets that exist. This copy ends itself, so that it can run as a test.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region attach
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/ws'
import { WebSocketServer } from 'ws'

const sockets = new WebSocketServer({ port: 0 })

const service = createService({ name: 'chat' })
const web = attach(service, sockets) // with the HTTP server that it made, or was given
const running = service.run()
// #endregion attach

while (service.state !== 'ready') await sleep(10)
const client = new WebSocket(`ws://127.0.0.1:${service.address(web)?.port}`)
await once(client, 'open')
client.on('close', (code) => console.error(code, 'means: going away'))
process.kill(process.pid, 'SIGTERM')
await running
