// HTTP/2 without TLS. Closes the listener at once on the signal, or leads its sessions away by GOAWAY first.
import { createServer } from 'node:http2'

const how = process.argv[2] ?? 'closes-at-once'
const sessions = new Set()
let isDraining = false

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
    else response.end('ok')
  })
})
server.on('session', (session) => {
  sessions.add(session)
  session.once('close', () => sessions.delete(session))
  // A client that comes now is served once, and told to go in the moment in which its stream has ended.
  if (isDraining) session.once('stream', (stream) => stream.once('close', () => session.close()))
})
server.listen(Number(process.env.PORT), '127.0.0.1')

process.on('SIGTERM', () => {
  if (how === 'closes-at-once') {
    server.close(() => process.exit(0))
    for (const session of sessions) session.close()
    return
  }
  if (how === 'never-says-goaway') {
    setTimeout(() => process.exit(0), 1200)
    return
  }
  isDraining = true
})
