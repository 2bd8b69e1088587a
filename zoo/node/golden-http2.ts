// Golden: the runtime over HTTP/2 without TLS. Its probes are on the admin port, over HTTP/1.1, as a kubelet asks.
import { createServer } from 'node:http2'
import { createService } from 'seaworthy'
import { readPort } from './read-port.ts'

const service = createService({ name: 'shop', version: '1.0.0', shutdown: { drainDelay: '1500ms' } })
service.listener('web', {
  port: readPort(),
  start: ({ log }) =>
    createServer((request, response) => {
      request.resume().once('end', () => {
        log.info({ method: request.method }, 'request')
        if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
        else response.end('ok')
      })
    }),
})
await service.run()
