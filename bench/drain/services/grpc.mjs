// https://grpc.github.io/grpc/node/grpc.Server.html: `tryShutdown` "gracefully shuts down the server".
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { addWork } from './grpc-work.ts'
import { HOST, PORT } from './work.ts'

const server = new Server()
addWork(server)
server.bindAsync(`${HOST}:${PORT}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error
})
process.once('SIGTERM', () => server.tryShutdown(() => process.exit(0)))
