// Defect: a socket of the life before is in the way of its console: killed once, it never starts again.
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sail } from './base.ts'

await sail({
  also() {
    const console = createServer((socket) => void socket.end('all is well\n'))
    console.listen(join(tmpdir(), 'shop.sock')).unref()
  },
})
