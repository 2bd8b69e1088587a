// Ends after a SIGTERM in one of three ways: `drain <ms>` goes on accepting for so long and says Connection: close, and
// says meanwhile that it isn't ready; `close` closes its listener at once and ends with the requests in flight; `none`
// knows nothing of signals. `drains-when-asked <ms>` does the same as the first at GET /drain, and answers when it is over.
import { createServer } from 'node:http'

const [, , how = 'drain', drainMs = '1500'] = process.argv
let isEnding = false
const server = createServer((request, response) => {
  if (request.url === '/drain') {
    console.log('asked to drain')
    isEnding = true
    return setTimeout(() => response.end('drained\n'), Number(drainMs))
  }
  if (isEnding && how.startsWith('drain')) response.setHeader('Connection', 'close')
  response.statusCode = request.url === '/readyz' && isEnding ? 503 : 200
  // A little work, so that something is in flight at any time.
  setTimeout(() => response.end('ok\n'), request.url === '/readyz' ? 0 : 10)
})
server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1')
if (how !== 'none') {
  process.on('SIGTERM', () => {
    isEnding = true
    setTimeout(
      () => {
        server.close(() => process.exit(0))
        server.closeIdleConnections()
        if (how === 'close') setTimeout(() => server.closeAllConnections(), 50)
      },
      how === 'drain' ? Number(drainMs) : 0,
    )
  })
}
