// Defect: over HTTP/2, closes the listener in the moment of the signal, and cuts its sessions without a word.
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { readPort } from './read-port.ts'

const server = createHttp2Server((request, response) => {
  request.resume().once('end', () => {
    if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
    else if (request.url === '/') response.end('ok')
    else response.writeHead(404).end()
  })
})
server.listen(readPort())

// Probes over HTTP/1.1, as a kubelet asks, on a port of their own.
createServer((request, response) => {
  response.writeHead(request.url === '/readyz' || request.url === '/livez' ? 200 : 404).end()
}).listen(Number(process.env['SEAWORTHY_ADMIN_PORT']))

process.once('SIGTERM', () => {
  server.close()
  setTimeout(() => process.exit(0), 100)
})
