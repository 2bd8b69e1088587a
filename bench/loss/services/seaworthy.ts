import { createService } from 'seaworthy'
import { countingHandler, generate, isServer, sayPort } from './generator.ts'

const service = createService({ name: 'bench-loss', admin: false, shutdown: { drainDelay: 0 } })
if (isServer) {
  const web = service.listener('web', { port: 0, host: '127.0.0.1', start: () => countingHandler() })
  const running = service.run()
  await service.start()
  sayPort(service.address(web)?.port ?? 0)
  await running
} else {
  service.resource('work', { start: () => generate() })
  await service.run()
}
