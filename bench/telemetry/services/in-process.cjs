// A real http.Server whose connections end in this process: what telemetry costs without the kernel in the way.
'use strict'
const http = require('node:http')
const { Duplex } = require('node:stream')
const { control, cpuUs } = require('./control.cjs')
const { createHandler } = require('./handler.cjs')

const CONNECTIONS = 32
const REQUEST = Buffer.from(
  'GET /orders/7 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n',
)

class EndlessConnection extends Duplex {
  remoteAddress = '127.0.0.1'
  remotePort = 40_000
  remoteFamily = 'IPv4'
  localAddress = '127.0.0.1'
  localPort = 8080
  answeredBytes = 0

  _read() {}
  _write(chunk, encoding, done) {
    this.answeredBytes += typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length
    done()
  }
  setTimeout() {
    return this
  }
  setNoDelay() {
    return this
  }
  setKeepAlive() {
    return this
  }
  ref() {
    return this
  }
  unref() {
    return this
  }
  destroySoon() {
    this.destroy()
  }
}

const server = http.createServer(createHandler())
const connections = Array.from({ length: CONNECTIONS }, () => {
  const connection = new EndlessConnection()
  server.emit('connection', connection)
  return connection
})

async function turns(count) {
  for (let turn = 0; turn < count; turn++) {
    for (const connection of connections) connection.push(REQUEST)
    await new Promise(setImmediate)
  }
}

const answered = () => connections.reduce((sum, { answeredBytes }) => sum + answeredBytes, 0)

control({
  async measure({ requests }) {
    const before = { cpuUs: cpuUs(), atMs: performance.now(), bytes: answered() }
    await turns(Math.ceil(requests / CONNECTIONS))
    return {
      requests: Math.ceil(requests / CONNECTIONS) * CONNECTIONS,
      cpuUs: cpuUs() - before.cpuUs,
      wallUs: (performance.now() - before.atMs) * 1000,
      answeredBytes: answered() - before.bytes,
    }
  },
})
// Keeps the process alive; nobody connects.
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
