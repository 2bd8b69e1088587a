// https://www.npmjs.com/package/@godaddy/terminus, "Usage".
import { createServer } from 'node:http'
import { createTerminus } from '@godaddy/terminus'
import { answer, check, say } from './work.mjs'

const server = createServer(answer)
createTerminus(server, { healthChecks: { '/livez': () => Promise.resolve(), '/readyz': check } })
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  say({ port, live: { port, path: '/livez' }, ready: { port, path: '/readyz' } })
})
