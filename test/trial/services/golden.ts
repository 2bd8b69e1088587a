// A service of the runtime: it stops as it should. The drain delay and the port of its probes come from the environment.
import { createService } from 'seaworthy'

const service = createService({
  name: 'golden',
  admin: { port: Number(process.env['ADMIN_PORT'] ?? 9091) },
  shutdown: { drainDelay: process.env['DRAIN_DELAY'] ?? '1200ms' },
})

service.listener('web', {
  port: Number(process.env['PORT']),
  start:
    ({ log }) =>
    (request, response) => {
      request.resume().once('end', () => {
        log.info({ pad: 'x'.repeat(300) }, 'answering')
        if (request.url?.startsWith('/slow') === true) setTimeout(() => response.end('late'), 600)
        else response.end('ok')
      })
    },
})

await service.run()
