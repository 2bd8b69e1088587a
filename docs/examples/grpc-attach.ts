// A gRPC server that exists. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region attach
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/grpc'

const server = new Server()
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), () => {}) // as it has always been

const service = createService({ name: 'shop' })
attach(service, server)
const running = service.run()
// #endregion attach

while (service.state !== 'ready') await sleep(10)
process.kill(process.pid, 'SIGTERM')
await running
