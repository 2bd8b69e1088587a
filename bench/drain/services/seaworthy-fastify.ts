import fastify from 'fastify'
import { createService } from 'seaworthy'
import { HOST, PORT, work } from './work.ts'

const app = fastify()
app.get<{ Params: { ms: string } }>('/work/:ms', (request) => work(request.params.ms))

const service = createService({ name: 'bench' })
service.listener('web', { port: PORT, host: HOST, start: () => app })
await service.run()
