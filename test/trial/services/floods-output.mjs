// Prints 100 MB before it listens, then some lines while it ends.
import { createServer } from 'node:http'

const LINE = `${'x'.repeat(99)}\n`
const block = LINE.repeat(1000)
let left = 1000
await new Promise((resolve) => {
  const more = () => {
    while (left-- > 0) if (!process.stdout.write(block)) return process.stdout.once('drain', more)
    resolve()
  }
  more()
})
console.error('y'.repeat(100_000))
const server = createServer((_request, response) => response.end('ok'))
process.on('SIGTERM', () => {
  console.log('the last line')
  server.close()
  server.closeAllConnections()
})
server.listen(Number(process.env.PORT))
