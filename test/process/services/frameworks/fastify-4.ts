// oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers
// An existing application that goes on listening by itself, on localhost and so on two addresses.
import fastify from 'fastify-4'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/fastify'

const app = fastify()
app.addHook('onClose', async () => console.error('database closed'))
app.get<{ Params: { ms: string } }>('/slow/:ms', async (request) => {
  console.error('slow began')
  await wait(Number(request.params.ms))
  console.error('slow answered')
  return 'slow'
})

const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
attach(service, app)
await app.listen({ port: 0 })
await service.run()
