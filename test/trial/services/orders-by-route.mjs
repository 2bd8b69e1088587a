// A router of its own on the runtime: it says which route a request is of, or the path itself ("path"), or nothing ("none").
import { createService, setHttpRoute } from 'seaworthy'

const how = process.argv[2]
const service = createService({ name: 'shop', version: '1.0.0', admin: { port: 0 }, shutdown: { drainDelay: 0 } })

service.listener('web', {
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  start: () => (request, response) => {
    const path = request.url.split('?')[0]
    if (!/^\/orders\/\d+$/.test(path)) return void response.writeHead(404).end('no such thing\n')
    if (how !== 'none') setHttpRoute(how === 'path' ? path : '/orders/{id}')
    response.end('one order\n')
  },
})

await service.run()
