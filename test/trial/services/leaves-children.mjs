// Starts two children that know nothing of its end: one of them ignores SIGTERM and listens, in a session of its own.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'

const STAYS =
  "process.on('SIGTERM', () => {}); require('node:http').createServer((q, s) => s.end('still here')).listen(0)"
spawn(process.execPath, ['-e', STAYS], { detached: true, stdio: 'ignore' }).unref()
spawn('sleep', ['1000'], { stdio: 'inherit' }).unref()
process.on('SIGTERM', () => process.exit(0))
createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT))
