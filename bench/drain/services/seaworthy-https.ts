import { createServer } from 'node:https'
import { createService } from 'seaworthy'
import { selfSignedCertificate } from '../../../test/server/self-signed-certificate.ts'
import { handler, HOST, PORT } from './work.ts'

const service = createService({ name: 'bench' })
service.listener('web', { port: PORT, host: HOST, start: () => createServer(selfSignedCertificate(), handler) })
await service.run()
