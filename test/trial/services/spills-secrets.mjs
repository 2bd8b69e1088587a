// Is told secrets, and lets them out where it is told to: "log", "span", "body", "base64", "address", or nowhere.
import { createServer } from 'node:http'
import { sendSpan } from './send-span.mjs'

const where = process.argv[2]
if (where === 'address') console.error(`can not connect to ${process.env.DEP_URL}`)
const server = createServer((request, response) => {
  const { authorization = '' } = request.headers
  console.log(`${request.method} ${request.url.split('?')[0]}`)
  if (where === 'log') console.log(JSON.stringify({ message: 'request', req: { headers: request.headers } }))
  if (where === 'base64') console.log(Buffer.from(JSON.stringify(request.headers)).toString('base64'))
  const attributes = where === 'span' ? { 'url.full': `http://shop${request.url}` } : {}
  void sendSpan({ traceparent: request.headers.traceparent, name: 'request', attributes })
  if (request.url.startsWith('/?')) return response.end('ok')
  response.writeHead(404)
  response.end(where === 'body' ? `not found for ${authorization}` : 'not found')
})
server.listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
