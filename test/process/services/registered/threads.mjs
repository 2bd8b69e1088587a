// The server is in a worker thread, which gets no signals.
import { Worker } from 'node:worker_threads'

const code = `
  const { parentPort } = require('node:worker_threads')
  const server = require('node:http').createServer((_, response) => response.end('thread'))
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`
new Worker(code, { eval: true }).on('message', (port) => process.stdout.write(`ready http://127.0.0.1:${port}\n`))
