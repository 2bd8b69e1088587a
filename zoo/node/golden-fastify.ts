// Golden: Fastify under the runtime.
import { createService } from 'seaworthy'
import { fromFastify } from 'seaworthy/fastify'
import { readPort } from './read-port.ts'
import { shop } from './fastify-shop.ts'

const service = createService({ name: 'shop', version: '1.0.0', shutdown: { drainDelay: '1500ms' } })
service.listener('web', {
  port: readPort(),
  start: ({ log }) => fromFastify(shop(() => log.info('request'))),
})
await service.run()
