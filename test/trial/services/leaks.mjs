// Leaks what it is told to: "memory", 1 KiB for each request; "little", 200 bytes; "sockets", those whose clients have gone;
// or nothing. "garbage" leaks nothing either: it lets go of things when they are old, and V8 is in no hurry to collect those.
// Nor does "pool": it has up to 32 files open, and opens one more whenever more uploads are underway than it has.
import { openSync } from 'node:fs'
import { createServer } from 'node:net'

const leak = process.argv[2]
const kept = []
let count = 0
let uploads = 0
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  // The client is gone; whoever does not close then keeps the socket in CLOSE_WAIT.
  socket.on('end', () => leak !== 'sockets' && socket.end())
  if (leak === 'pool') {
    socket.once('data', (chunk) => {
      if (!chunk.toString('latin1').startsWith('POST')) return
      uploads++
      socket.once('close', () => uploads--)
      if (kept.length < Math.min(uploads, 32)) kept.push(openSync(import.meta.filename))
    })
  }
  socket.on('data', (chunk) => {
    const requests = chunk.toString('latin1').split('\r\n\r\n').length - 1
    for (let request = 0; request < requests; request++) {
      if (leak === 'memory') kept.push(Buffer.alloc(1024, 1))
      if (leak === 'little') kept.push('x'.repeat(184) + request)
      if (leak === 'garbage') kept[count++ % 4000] = { text: Array.from({ length: 50 }, () => count) }
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    }
  })
})
server.listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
