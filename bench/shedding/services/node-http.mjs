import { createServer } from 'node:http'
import { say } from '../../health/services/work.mjs'
import { work } from './work.mjs'

const server = createServer((request, response) => {
  if (request.url === '/livez' || request.url === '/readyz') return response.end('ok')
  work()
  response.end('served')
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  say({ port, live: { port, path: '/livez' }, ready: { port, path: '/readyz' } })
})
