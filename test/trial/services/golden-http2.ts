// A service of the runtime over HTTP/2 without TLS.
import { createServer } from 'node:http2'
import { createService } from 'seaworthy'

const service = createService({
  name: 'golden-http2',
  admin: { port: Number(process.env['ADMIN_PORT'] ?? 0) },
  shutdown: { drainDelay: '1500ms' },
})

service.listener('web', {
  port: Number(process.env['PORT']),
  start: () =>
    createServer((request, response) => {
      request.resume().once('end', () => {
        if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
        else response.end('ok')
      })
    }),
})

await service.run()
