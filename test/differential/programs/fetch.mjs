// fetch: an answer, a failure, a redirect, a refused connection.
import { createServer } from 'node:net'
import { trace } from '@opentelemetry/api'

// Not of node:http: only the client is of interest.
const sockets = new Set()
const server = createServer((socket) => {
  sockets.add(socket)
  socket.on('data', (data) => {
    const path = data.toString().split(' ')[1]
    const say = (status, more = '') => socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n${more}\r\n`)
    if (path.startsWith('/fails')) return say('500 Oh')
    if (path.startsWith('/moved')) return say('302 Found', 'location: /there\r\n')
    say('200 OK')
  })
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}`
const closed = createServer()
await new Promise((resolve) => closed.listen(0, '127.0.0.1', resolve))
const closedPort = closed.address().port
await new Promise((resolve) => closed.close(resolve))
await trace.getTracer('program').startActiveSpan('fetches', async (span) => {
  await (await fetch(`${url}/?q=1#fragment`)).text()
  await (await fetch(`${url}/fails`, { method: 'POST', body: 'x' })).text()
  await (await fetch(`${url}/moved`)).text()
  await fetch(`http://127.0.0.1:${closedPort}/refused`).catch(() => {})
  span.end()
})
// Without a span above it.
await (await fetch(`${url}/alone`, { method: 'PUT', body: 'x' })).text()
for (const socket of sockets) socket.destroy()
server.close()
