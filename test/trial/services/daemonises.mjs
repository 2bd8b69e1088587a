// Goes into the background as daemons do: two forks, a session of its own, a cleared parent, and no output.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'

const step = process.argv[2] ?? 'first'
const next = { first: 'second', second: 'daemon' }[step]
if (next === undefined) createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT))
else {
  spawn(process.execPath, [import.meta.filename, next], { detached: true, stdio: 'ignore' }).unref()
  process.exit(0)
}
