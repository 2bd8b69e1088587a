// A shop on the runtime: all that the trials of telemetry and context ask for. Run with --conditions=seaworthy-source.
import { createService, signalOf } from 'seaworthy'

const service = createService({
  name: 'shop',
  version: '1.0.0',
  admin: { port: 0 },
  shutdown: { drainDelay: 0 },
})
const stock = process.env.STOCK_URL

service.listener('web', {
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  start:
    ({ log }) =>
    async (request, response) => {
      try {
        const { search } = new URL(request.url, 'http://shop')
        if (stock !== undefined) await (await fetch(`${stock}/left${search}`, { signal: signalOf(request) })).text()
        log.info({ path: request.url.split('?')[0] }, 'sold')
        response.end('sold\n')
      } catch {
        if (!response.destroyed) response.writeHead(503).end()
      }
    },
})

await service.run()
