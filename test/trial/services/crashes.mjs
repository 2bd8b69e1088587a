// Ends by an uncaught error at /crash: "flushes" the span first; "loses" it; says it is "fine" (exit code 0); is "silent";
// or "goes-on" as if nothing had happened.
import { createServer } from 'node:http'
import { sendSpan } from './send-span.mjs'

const how = process.argv[2]
let open
const server = createServer((request, response) => {
  if (request.url !== '/crash') return response.end('ok')
  open = { traceparent: request.headers.traceparent, name: 'GET /crash' }
  if (how === 'goes-on') response.writeHead(500).end()
  setImmediate(() => {
    throw new Error('boom')
  })
})
process.on('uncaughtException', async (error) => {
  if (how !== 'silent') console.error(error)
  if (how === 'goes-on') return
  if (how === 'flushes') await sendSpan({ ...open, isError: true })
  process.exit(how === 'fine' ? 0 : 1)
})
server.listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
