// Takes connections, and says what is no HTTP.
import { createServer } from 'node:net'

const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', () => socket.end(Buffer.from([0, 255, 10, 13, 10, 72, 84, 84, 80, 47, 57, 10, 10])))
})
process.on('SIGTERM', () => server.close())
server.listen(Number(process.env.PORT))
