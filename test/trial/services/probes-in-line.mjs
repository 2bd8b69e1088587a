// Does one thing at a time. Its probes are answered beside that ("beside"), or wait in the same line ("in-line").
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const how = process.argv[2]
let last = Promise.resolve()
const inLine = (ms) => (last = last.then(() => pause(ms)))

const server = createServer(async (request, response) => {
  const isProbe = request.url === '/readyz' || request.url === '/livez'
  if (isProbe) console.log('a probe')
  if (!isProbe || how === 'in-line') await inLine(isProbe ? 0 : 15)
  response.end('ok')
})
server.listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
