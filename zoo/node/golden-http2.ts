// Golden: the runtime over HTTP/2 without TLS.
import { createServer } from 'node:http2'
import { createService } from 'seaworthy'
import { readPort } from './read-port.ts'

const service = createService({ name: 'shop', version: '1.0.0', shutdown: { drainDelay: '1500ms' } })
service.listener('web', {
  port: readPort(),
  start: () =>
    createServer((request, response) => {
      request.resume().once('end', () => {
        if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
        else response.end('ok')
      })
    }),
})
await service.run()
