// Writes more than a pipe holds, says on the other stream when it thinks that it is done, and ends when all of it is out.
import { createServer } from 'node:http'

const server = createServer((_request, response) => response.end('ok'))
process.on('SIGTERM', () => {
  process.stdout.write(`${'z'.repeat(1023)}\n`.repeat(100), () => console.error('all of it is out'))
  console.error('written')
  server.close()
  if (process.env.HASTY === 'yes') process.exit(0)
})
server.listen(Number(process.env.PORT))
