// What people write who use no package for it.
import { createServer } from 'node:http'
import { answer, check, say } from './work.mjs'

const server = createServer((request, response) => {
  if (request.url === '/livez') return response.end('ok')
  if (request.url !== '/readyz') return answer(request, response)
  check().then(
    () => response.end('ok'),
    () => response.writeHead(503).end('no'),
  )
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  say({ port, live: { port, path: '/livez' }, ready: { port, path: '/readyz' } })
})
