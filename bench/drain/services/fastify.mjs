// https://www.npmjs.com/package/close-with-grace, "Example with Fastify", which is what Fastify's own generator writes.
import closeWithGrace from 'close-with-grace'
import fastify from 'fastify'
import { events, HOST, PORT, work } from './work.ts'

const app = fastify({
  http2: process.env['BENCH_HTTP2'] === '1',
  return503OnClosing: process.env['BENCH_503'] !== '0',
})
app.get('/wait/:ms', (request) => work(request.params.ms))
app.get('/events', (_request, reply) => {
  reply.hijack()
  events(reply.raw)
})
closeWithGrace(() => app.close())
await app.listen({ port: PORT, host: HOST })
