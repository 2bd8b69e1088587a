// Golden: the runtime with a dependency; what it does by itself is not said here.
import { createService, signalOf } from 'seaworthy'
import { httpCheck } from 'seaworthy/checks'
import { readPort } from './read-port.ts'
import { STOCK_URL } from './stock-client.ts'

const service = createService({ name: 'shop', version: '1.0.0', shutdown: { drainDelay: '1500ms' } })
service.check(httpCheck(`${STOCK_URL}/health`, { name: 'stock', interval: '500ms', timeout: '1s' }))
service.listener('web', {
  port: readPort(),
  start:
    ({ log }) =>
    async (request, response) => {
      try {
        for await (const chunk of request) void chunk
        log.info({ method: request.method }, 'request')
        const { pathname, search } = new URL(request.url ?? '/', 'http://shop')
        if (pathname === '/slow') return void setTimeout(() => response.end('late'), 600)
        if (pathname === '/crash') setImmediate(() => void Promise.reject(new Error('a mistake that nobody caught')))
        const signal = AbortSignal.any([signalOf(request), AbortSignal.timeout(1500)])
        response.end(await (await fetch(`${STOCK_URL}/left${search}`, { signal })).text())
      } catch {
        if (!response.headersSent && !response.destroyed) response.writeHead(503).end('no stock\n')
      }
    },
})
await service.run()
