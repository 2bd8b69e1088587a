// Fastify without an instrumentation of its own: that of node:http sees its requests.
import Fastify from 'fastify'
import { trace } from '@opentelemetry/api'

const app = Fastify()
app.get('/orders/:id', (request) => {
  return trace.getTracer('program').startActiveSpan('load order', async (span) => {
    if (request.params.id === '2') {
      span.recordException(new RangeError('no such order'))
      span.setStatus({ code: 2, message: 'no such order' })
      span.end()
      throw new RangeError('no such order')
    }
    span.end()
    return { id: request.params.id }
  })
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
for (const path of ['/orders/1?q=1', '/orders/2', '/nowhere']) await (await fetch(`${url}${path}`)).text()
await app.close()
