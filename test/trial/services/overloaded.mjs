// Works for 2 ms for each request, one after another, and hears of its probe between two. When more than 20 wait, "sheds"
// says 503; when more than 200 do, "crashes" ends with an error.
import { createServer } from 'node:http'

const does = process.argv[2]
const waiting = []
createServer((request, response) => {
  if (request.url === '/livez') return void response.end('alive')
  if (waiting.length > 200 && does === 'crashes') throw new Error('too many wait')
  if (waiting.length > 20 && does === 'sheds') return void setTimeout(() => response.writeHead(503).end(), 100)
  waiting.push(response)
  if (waiting.length === 1) setImmediate(work)
}).listen(Number(process.env.PORT))

const work = () => {
  const until = performance.now() + 2
  while (performance.now() < until);
  waiting.shift().end('ok')
  if (waiting.length > 0) setImmediate(work)
}
process.on('SIGTERM', () => process.exit(0))
