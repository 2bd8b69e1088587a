// "well": takes bodies up to a MiB, and answers 413 to others. "few-places": has 100 connections, and closes further ones.
// "forgets": does nothing with a connection on which something went wrong, and never closes it. "blames-itself": answers 500 to
// a body that is too large. "crashes": ends with an error when one comes.
import { createServer } from 'node:http'

const does = process.argv[2]
const MOST = 1024 * 1024
const server = createServer((request, response) => {
  let size = 0
  request.on('error', () => {})
  request.on('data', (bytes) => (size += bytes.length))
  request.on('end', () => {
    if (size > MOST && does === 'crashes') throw new Error('too large')
    response.writeHead(size <= MOST ? 200 : does === 'blames-itself' ? 500 : 413).end(`${size} bytes`)
  })
})
if (does === 'few-places') server.maxConnections = 100
if (does === 'forgets') server.on('clientError', () => {})
server.listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
