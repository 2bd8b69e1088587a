// Without work it uses up what it is told to: "processor", a tenth of one; "files", two more each second; "once", a whole
// processor for some seconds after the start; or nothing.
import { openSync } from 'node:fs'
import { createServer } from 'node:http'

const uses = process.argv[2]
const burn = (ms) => {
  const until = performance.now() + ms
  while (performance.now() < until);
}
if (uses === 'processor') setInterval(() => burn(2), 20)
if (uses === 'files') setInterval(() => openSync('/dev/null', 'r'), 500)
if (uses === 'once') {
  const timer = setInterval(() => burn(15), 20)
  setTimeout(() => clearInterval(timer), 5000)
}
createServer((_request, response) => response.end('ok')).listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
