// A new gRPC service. This copy ends itself, so that it can run as a test.
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { createService } from 'seaworthy'
import { fromGrpc } from 'seaworthy/grpc'

const server = new Server() // and server.addService(…), as ever
const health = new HealthImplementation({ '': 'SERVING', 'shop.Shop': 'SERVING' })
health.addToServer(server)

const service = createService({ name: 'shop', shutdown: { inFlight: '2s' } })
const rpc = service.listener('rpc', {
  port: 0,
  start: () =>
    fromGrpc(server, {
      credentials: ServerCredentials.createInsecure(),
      health, // NOT_SERVING as soon as a shutdown is announced
      healthServices: ['shop.Shop'],
    }),
})
const running = service.run()
// #endregion new

// #region signal
import type { ServerWritableStream } from '@grpc/grpc-js'
import { callSignal } from 'seaworthy/grpc'

function watch(call: ServerWritableStream<Buffer, Buffer>): void {
  const timer = setInterval(() => call.write(Buffer.from('tick')), 10)
  // The client has given up, or a shutdown asks for the end of the call.
  callSignal(call).addEventListener('abort', () => {
    clearInterval(timer)
    call.end()
  })
}
// #endregion signal

const asIs = (bytes: Buffer): Buffer => bytes
const shop = {
  watch: {
    path: '/shop.Shop/Watch',
    requestStream: false,
    responseStream: true,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
}
server.addService(shop, { watch })
while (service.state !== 'ready') await sleep(10)
const Client = makeGenericClientConstructor(shop, 'Shop')
const client = new Client(`127.0.0.1:${service.address(rpc)?.port}`, credentials.createInsecure())
const call = client.makeServerStreamRequest('/shop.Shop/Watch', asIs, asIs, Buffer.alloc(0))
const status = once(call, 'status')
await once(call, 'data')
process.kill(process.pid, 'SIGTERM')
await once(call.resume(), 'end')
console.error('The call ended with the status', ((await status)[0] as { code: number }).code)
await running
client.close()
