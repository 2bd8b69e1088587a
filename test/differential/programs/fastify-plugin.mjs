// Fastify with its instrumentation as a plugin of the application, and nothing that observes HTTP: its spans are the server's.
import { FastifyOtelInstrumentation } from '@fastify/otel'
import Fastify from 'fastify'

const instrumentation = new FastifyOtelInstrumentation({ ignorePaths: '/internal/*' })
const app = Fastify()
await app.register(instrumentation.plugin())
app.get('/orders/:id', (request) => {
  const { context, span, inject } = request.opentelemetry()
  span.addEvent('found', { id: request.params.id })
  const carrier = {}
  inject(carrier)
  const onward = carrier.traceparent.split('-')
  return { isOfThisSpan: onward[2] === span.spanContext().spanId, hasContext: context !== undefined }
})
app.get('/broken', () => {
  throw new TypeError('broken')
})
app.get('/internal/state', () => 'fine')
const url = await app.listen({ port: 0, host: '127.0.0.1' })
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const answer = await fetch(`${url}/orders/1?q=1`, { headers: { traceparent, tracestate: 'vendor=1' } })
process.stdout.write(`fact answer: ${await answer.text()}\n`)
for (const path of ['/orders/2', '/broken', '/internal/state', '/nowhere']) await (await fetch(`${url}${path}`)).text()
const notSampled = { traceparent: traceparent.replace(/01$/, '00') }
await (await fetch(`${url}/orders/3`, { headers: notSampled })).text()
await app.close()
