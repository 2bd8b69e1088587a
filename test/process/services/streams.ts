// A service with three listeners: HTTP/2 without TLS, HTTP/2 and HTTP/1.1 with TLS on one port, and plain TCP.
import { createSecureServer, createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { createServer as createNet } from 'node:net'
import { createService, signalOf } from 'seaworthy'

const { DRAIN = '300ms', IN_FLIGHT = '1500ms', KEY = '', CERT = '' } = process.env

const service = createService({
  name: 'streams',
  telemetry: false,
  admin: { host: '127.0.0.1', port: 0 },
  shutdown: { drainDelay: DRAIN, inFlight: IN_FLIGHT, stop: '500ms', flush: '500ms', margin: '300ms' },
})

function answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const [path = ''] = request.url.split('?')
  console.error(`stream ${path}`)
  switch (path) {
    case '/hang':
      return
    case '/polite':
      signalOf(request).addEventListener('abort', () => response.writeHead(503).end('another time'))
      return
    case '/slow':
      setTimeout(() => response.end('slow'), 500)
      return
    default:
      response.end(`answer of ${path}`)
  }
}

service.listener('h2c', { host: '127.0.0.1', start: () => createServer(answer) })
service.listener('h2', {
  host: '127.0.0.1',
  start: () => createSecureServer({ key: KEY, cert: CERT, allowHTTP1: true }, answer),
})
service.listener('tcp', {
  host: '127.0.0.1',
  start: () =>
    createNet((socket) => {
      console.error('connected')
      socket.on('error', () => {})
      // What is said is answered after half a second; what begins with a dash never is.
      socket.on('data', (bytes) => {
        if (bytes[0] !== 0x2d) setTimeout(() => socket.write(String(bytes).toUpperCase()), 500)
      })
    }),
})

await service.run()
