// Asks a dependency for each request; without an answer it says so: "well", with the "stack", or with the "address".
import { createServer, get } from 'node:http'

const how = process.argv[2]
const server = createServer((request, response) => {
  const say = (status, text) => response.writeHead(status).end(text)
  if (request.url.startsWith('/seaworthy')) return say(404, `no such thing: ${request.url}`)
  get(process.env.DEP_URL, { agent: false, timeout: 500 }, (answer) =>
    answer.resume().once('end', () => say(200, 'ok')),
  )
    .on('timeout', function () {
      this.destroy(new Error('too late'))
    })
    .on('error', (error) => {
      if (!response.headersSent) say(503, { stack: error.stack, address: JSON.stringify(error) }[how] ?? 'not now')
    })
})
server.listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
