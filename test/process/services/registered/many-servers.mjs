// Servers of every kind, one that comes later, one that comes and goes, and one between processes of this machine.
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-many-'))
const tls = JSON.parse(process.env.CERTIFICATE)
const answer = (_, response) => setTimeout(() => response.end('answered'), 200)
const listen = (server, where = { port: 0, host: '127.0.0.1' }) =>
  new Promise((resolve) => {
    server.listen(where, () => resolve(server.address()))
  })

const first = http.createServer(answer)
const { port } = await listen(first)
process.on('SIGTERM', () => first.close(() => process.exit(0)))
const fleeting = http.createServer(answer)
const { port: before } = await listen(fleeting)
fleeting.close()
await listen(fleeting)
const ports = {
  http: port,
  https: (await listen(https.createServer(tls, answer))).port,
  h2c: (await listen(http2.createServer(answer))).port,
  http2: (await listen(http2.createSecureServer(tls, answer))).port,
  tcp: (await listen(net.createServer((socket) => socket.end('answered')))).port,
  before,
  again: fleeting.address().port,
  socket: await listen(http.createServer(answer), { path: join(folder, 'http.sock') }),
}
await listen(net.createServer(), { path: join(folder, 'ipc.sock') })
// What finds them is loaded when the first one listens, which takes an old Node or a slow machine a while.
while (first.keepAliveTimeout === 5000) await new Promise((resolve) => setTimeout(resolve, 5))
process.stdout.write(`keepAlive ${first.keepAliveTimeout}\n`)
process.stdout.write(`ports ${JSON.stringify(ports)}\n`)
