import { createService } from 'seaworthy'
import { generate } from './generator.ts'

const service = createService({ name: 'bench-loss', admin: false, shutdown: { drainDelay: 0 } })
service.resource('work', { start: () => generate() })
await service.run()
