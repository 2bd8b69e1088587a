// What animals depend on: answers everything with a number. No animal itself; it ends with whoever started it.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.resume().once('end', () => response.end('7\n'))
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify(server.address())}\n`))
process.stdin.resume().once('end', () => process.exit(0))
