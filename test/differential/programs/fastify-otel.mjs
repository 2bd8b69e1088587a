// Fastify under its own instrumentation, which its channel hands every instance: hooks, a plugin, an error, no route.
import Fastify from 'fastify'
import { trace } from '@opentelemetry/api'

const app = Fastify()
app.addHook('onRequest', async function identify() {
  trace.getActiveSpan()?.setAttribute('hook', true)
})
app.get(
  '/orders/:id',
  {
    preHandler: [
      function authorize(_request, _reply, done) {
        done()
      },
    ],
  },
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Fastify takes a promise
  async function load(request) {
    await trace.getTracer('program').startActiveSpan('load order', async (span) => span.end())
    if (request.params.id === '2') throw new RangeError('no such order')
    return { id: request.params.id }
  },
)
await app.register(
  async function stock(scope) {
    scope.addHook('preHandler', async function count() {})
    scope.get('/:item', (_request, reply) => void reply.code(503).send({ left: 0 }))
  },
  { prefix: '/stock' },
)
app.get('/alive', { config: { otel: false } }, () => 'yes')
app.setNotFoundHandler(function nothing(_request, reply) {
  void reply.code(404).send({})
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
for (const path of ['/orders/1?q=1', '/orders/2', '/stock/7', '/alive', '/nowhere']) {
  await (await fetch(`${url}${path}`)).text()
}
await (await fetch(`${url}/orders/3`, { method: 'HEAD' })).text()
await app.close()
