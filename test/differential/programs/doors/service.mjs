// The same as a service.
import { createServer } from 'node:http'
import { createService } from 'seaworthy'
import { createApplication } from './application.cjs'

const service = createService({ name: 'doors', admin: false, shutdown: { drainDelay: 0 } })
let url = ''
const web = service.listener('web', {
  start: () => createServer(createApplication(() => url)),
  port: 0,
  host: '127.0.0.1',
})
const running = service.run()
await service.start()
const { port } = service.address(web)
url = `http://127.0.0.1:${port}`
console.log(`ready ${url}`)
await running
