import { once } from 'node:events'
import { connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net'

/** Everything that both sides of a real HTTP/2 connection said, in order, and at the end. */
export interface RecordedSession {
  readonly up: Buffer
  readonly down: Buffer
}

/** Sends requests with these headers one after the other over one session of Node's own HTTP/2, and records the bytes. */
export async function recordSession(requests: readonly IncomingHttpHeaders[]): Promise<RecordedSession> {
  const up: Buffer[] = []
  const down: Buffer[] = []
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'x-long': 'y'.repeat(100) })
    if (request.method === 'HEAD') response.end()
    else response.end('answer')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const between = createTcpServer((near) => {
    const far = connectTcp({ host: '127.0.0.1', port })
    near
      .on('error', () => {})
      .on('data', (bytes) => {
        up.push(bytes)
        far.write(bytes)
      })
    far
      .on('error', () => {})
      .on('data', (bytes) => {
        down.push(bytes)
        near.write(bytes)
      })
    near.on('close', () => far.destroy())
  }).listen(0, '127.0.0.1')
  await once(between, 'listening')
  const session = connect(`http://127.0.0.1:${(between.address() as AddressInfo).port}`)
  for (const headers of requests) {
    const stream = session.request(headers)
    stream.end(headers[':method'] === 'POST' ? 'body' : undefined)
    stream.resume()
    await once(stream, 'close')
  }
  const closed = once(session, 'close')
  session.close()
  await closed
  between.close()
  server.close()
  return { up: Buffer.concat(up), down: Buffer.concat(down) }
}
