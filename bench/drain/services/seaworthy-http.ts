import { createService } from 'seaworthy'
import { handler, HOST, PORT } from './work.ts'

const service = createService({ name: 'bench' })
service.listener('web', { port: PORT, host: HOST, start: () => handler })
await service.run()
