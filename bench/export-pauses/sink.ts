/** A collector that reads requests to their end, decodes nothing and says yes. Says its port, and ends with its parent. */
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'

const server =
  process.argv[2] === 'grpc'
    ? createHttp2Server().on('stream', (stream) => {
        stream.on('end', () => {
          stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
          stream.end(Buffer.alloc(5))
        })
        stream.on('error', () => {})
        stream.resume()
      })
    : createServer((request, response) => {
        request.on('end', () => response.end())
        request.resume()
      })
server.listen(0, '127.0.0.1', () => process.stdout.write(`#port ${(server.address() as AddressInfo).port}\n`))
process.stdin.on('end', () => process.exit(0)).resume()
