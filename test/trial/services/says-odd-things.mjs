// Exports each span by itself, and says what is hard to write down: ends of lines that are none, halves of characters, zeros.
import { createServer } from 'node:http'
import { sendSpan } from './send-span.mjs'

const ODD = 'one\u2028two\u2029three\u0085four\rfive \u0000 \uFEFF ünï 🚢'

const server = createServer((request, response) => {
  console.log(JSON.stringify({ level: 'info', msg: ODD, path: request.url?.split('?')[0] }))
  const attributes = { odd: ODD, half: '\uD83D', ['__proto__']: 'p', constructor: 'x', 7: 'seven', empty: '' }
  void sendSpan({ traceparent: request.headers.traceparent, name: ODD, attributes })
  response.end(ODD)
})
server.listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
