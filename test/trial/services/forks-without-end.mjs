// Each of its children starts the next and ends: there is always one, and never the same.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'

if (process.argv[2] === 'child') {
  setTimeout(() => {
    spawn(process.execPath, [import.meta.filename, 'child'], { detached: true, stdio: 'ignore' }).unref()
    process.exit(0)
  }, 50)
} else {
  spawn(process.execPath, [import.meta.filename, 'child'], { detached: true, stdio: 'ignore' }).unref()
  process.on('SIGTERM', () => process.exit(0))
  createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT))
}
