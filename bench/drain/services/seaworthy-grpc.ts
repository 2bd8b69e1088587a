import { Server, ServerCredentials } from '@grpc/grpc-js'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/grpc'
import { addWork } from './grpc-work.ts'
import { HOST, PORT } from './work.ts'

const server = new Server()
addWork(server)

const service = createService({ name: 'bench' })
attach(service, server, { port: PORT, host: HOST, credentials: ServerCredentials.createInsecure() })
await service.run()
