// A service of the runtime whose configuration has a section "http". SECTION=port: with its port in it, which HTTP__PORT sets;
// SECTION=other: without, so that HTTP__PORT is refused, and its port is PORT. Run with --conditions=seaworthy-source.
import { createService } from 'seaworthy'
import { z } from 'zod'

const port = z.number().default(11_713)
const withPort = z.object({ http: z.object({ port }).prefault({}) })
const without = z.object({ port, http: z.object({ keepAliveMs: z.number().default(5000) }).prefault({}) })

const service = createService({
  name: 'shop',
  version: '1.0.0',
  shutdown: { drainDelay: 0 },
  config: process.env.SECTION === 'port' ? { schema: withPort } : { schema: without, variables: { PORT: 'port' } },
})
service.listener('web', {
  host: '127.0.0.1',
  port: (config) => config.http.port ?? config.port,
  start: () => (_request, response) => response.end('sold\n'),
})
await service.run()
