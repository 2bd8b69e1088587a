// A service of node:http and its clients: a call within a call, a failure, a refused connection, a client that goes away.
import { connect } from 'node:net'
import { once } from 'node:events'
import http from 'node:http'
import { trace } from '@opentelemetry/api'

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://x')
  if (pathname === '/fails') return response.writeHead(503).end('no')
  if (pathname === '/missing') return response.writeHead(404).end()
  if (pathname === '/calls') {
    return http.get(`http://127.0.0.1:${port}/inner?q=1`, (inner) =>
      inner.resume().on('end', () => response.end('called')),
    )
  }
  trace.getActiveSpan()?.setAttribute('order.id', 7)
  trace.getActiveSpan()?.addEvent('answered', { with: 'text' })
  response.end('ok')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address()

/** Over a socket, so that no client makes a span: what comes in from outside. */
async function fromOutside(head) {
  const socket = connect(port, '127.0.0.1', () =>
    socket.end(`${head}\r\nhost: shop.example\r\nconnection: close\r\n\r\n`),
  )
  for await (const _chunk of socket);
}

async function call(path, options = {}) {
  const request = http.request(`http://127.0.0.1:${port}${path}`, options).end(options.body)
  const [response] = await once(request, 'response')
  for await (const _chunk of response);
}

await fromOutside('GET /outside?q=1&token=secret HTTP/1.1')
await fromOutside(
  'GET /continued HTTP/1.1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: vendor=1\r\nuser-agent: curl/8\r\nx-forwarded-for: 192.0.2.1, 10.0.0.1',
)
await fromOutside('PROPFIND /files HTTP/1.1\r\nx-forwarded-proto: https')
const tracer = trace.getTracer('program', '1.2.3')
await tracer.startActiveSpan('calls', async (span) => {
  await call('/calls')
  await call('/fails')
  await call('/missing', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  span.end()
})
await tracer.startActiveSpan('refused', async (span) => {
  await once(http.get('http://127.0.0.1:1/refused'), 'error')
  span.end()
})
server.closeAllConnections()
server.close()
