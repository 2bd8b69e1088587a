// A cluster of one worker.
import cluster from 'node:cluster'
import { createServer } from 'node:http'

if (cluster.isPrimary) {
  cluster.fork().on('listening', ({ port }) => process.stdout.write(`ready http://127.0.0.1:${port}\n`))
} else {
  createServer((_, response) => response.end('worker')).listen(0, '127.0.0.1')
}
