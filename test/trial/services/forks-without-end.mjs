// Each of its children starts the next and ends: there is always one, and never the same. After half a minute it ends by
// itself, so that nothing goes on for ever on the machine of whoever stops a test in the middle.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'

const LAST_MS = 30_000

function startNext(until) {
  const args = [import.meta.filename, 'child', String(until)]
  spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref()
}

if (process.argv[2] === 'child') {
  const until = Number(process.argv[3])
  setTimeout(() => {
    if (Date.now() < until) startNext(until)
    process.exit(0)
  }, 50)
} else {
  startNext(Date.now() + LAST_MS)
  process.on('SIGTERM', () => process.exit(0))
  createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT))
}
