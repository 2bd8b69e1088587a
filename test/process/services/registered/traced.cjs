/* oxlint-disable typescript/no-misused-promises -- it is written as applications are */
// An application in CommonJS, because the stock SDK sees the requests of no other without a loader. CASE says how it
// ends, and whether it starts the SDK itself.
const { CASE = 'none' } = process.env
if (CASE === 'starts an SDK itself') require('@opentelemetry/auto-instrumentations-node/register')
const http = require('node:http')

const server = http.createServer((request, response) => {
  process.stdout.write(`request ${request.url}\n`)
  setTimeout(() => response.end('answered'), Number(new URL(request.url, 'http://x').searchParams.get('waitMs') ?? 0))
})
if (CASE === 'exits at once') process.on('SIGTERM', () => process.exit(0))
if (CASE === 'closes, then exits') process.on('SIGTERM', () => server.close(() => process.exit(0)))
server.listen(0, '127.0.0.1', () => process.stdout.write(`ready http://127.0.0.1:${server.address().port}\n`))
