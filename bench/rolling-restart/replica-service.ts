// A service as anybody would write it: answers within 5 to 25 ms, reads the body of a POST.
import { setTimeout as sleep } from 'node:timers/promises'
import { createService } from 'seaworthy'

const service = createService({ name: 'replica', telemetry: false, logging: { level: 'warn' } })

service.listener('web', {
  port: Number(process.env['PORT']),
  host: '127.0.0.1',
  start: () => async (request, response) => {
    let size = 0
    for await (const chunk of request) size += (chunk as Buffer).length
    await sleep(5 + Math.random() * 20)
    response.setHeader('content-type', 'text/plain')
    response.end(`${process.pid} ${size}`)
  },
})

await service.run()
