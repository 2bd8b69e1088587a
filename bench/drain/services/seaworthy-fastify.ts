import fastify from 'fastify'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/fastify'
import { events, HOST, PORT, work } from './work.ts'

const app = fastify()
app.get<{ Params: { ms: string } }>('/wait/:ms', (request) => work(request.params.ms))
app.get('/events', (_request, reply) => {
  reply.hijack()
  events(reply.raw)
})

const service = createService({ name: 'bench' })
attach(service, app, { port: PORT, host: HOST })
await service.run()
