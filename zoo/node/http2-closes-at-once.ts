// Defect: over HTTP/2, closes the listener in the moment of the signal, and cuts its sessions without a word.
import { createServer } from 'node:http2'
import { readPort } from './read-port.ts'

const server = createServer((request, response) => {
  const isProbe = request.url === '/readyz' || request.url === '/livez'
  request.resume().once('end', () => {
    if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
    else if (isProbe || request.url === '/') response.end('ok')
    else response.writeHead(404).end()
  })
})
server.listen(readPort())
process.once('SIGTERM', () => {
  server.close()
  setTimeout(() => process.exit(0), 100)
})
