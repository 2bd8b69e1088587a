// Listens, answers, and ends in order when it is asked to.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  if (request.url === '/slow') setTimeout(() => response.end('late'), 300)
  else response.end('ok')
})
process.on('SIGTERM', () => {
  console.log('stopping')
  server.close(() => {
    console.log('stopped')
    process.exitCode = 0
  })
  server.closeIdleConnections()
})
server.listen(Number(process.env.PORT), () => console.log('listening'))
