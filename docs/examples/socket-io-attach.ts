// A Socket.IO server that exists. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'
import { io as connect } from 'socket.io-client'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region attach
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/socket.io'
import { Server } from 'socket.io'

const io = new Server(0)

const service = createService({ name: 'chat' })
const web = attach(service, io) // with the HTTP server that it made, or was given
const running = service.run()
// #endregion attach

while (service.state !== 'ready') await sleep(10)
const client = connect(`${service.address(web)?.url}`, { transports: ['websocket'] })
await new Promise<void>((resolve) => client.on('connect', resolve))
client.on('disconnect', () => console.error(client.active ? 'it will be back' : 'it stays away'))
process.kill(process.pid, 'SIGTERM')
await running
