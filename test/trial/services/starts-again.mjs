// After a SIGKILL it starts again: "well"; finds its lock in the way: "leaves-lock"; looks whether the owner of its lock is
// alive: "checks-lock"; serves errors: "half-a-file"; or waits for its lock for longer than anybody does: "waits".
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const how = process.argv[2]
const LOCK = join(process.env.TMPDIR, 'lock')
const isLeft = existsSync(LOCK)
if (how === 'leaves-lock' && isLeft) throw new Error(`locked by ${readFileSync(LOCK, 'utf8')}`)
if (how === 'checks-lock' && isLeft) {
  try {
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0)
    throw new Error('locked')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
writeFileSync(LOCK, String(process.pid))
process.on('exit', () => rmSync(LOCK))
process.on('SIGTERM', () => process.exit(0))
const server = createServer((request, response) => {
  response.statusCode = how === 'half-a-file' && isLeft ? 500 : 200
  if (request.url === '/slow') setTimeout(() => response.end('late'), 600)
  else response.end('ok')
})
setTimeout(() => server.listen(Number(process.env.PORT)), how === 'waits' && isLeft ? 60_000 : 0)
