// A new service with Fastify. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
import fastify from 'fastify'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { fromFastify } from 'seaworthy/fastify'

const service = createService({ name: 'shop' })
const web = service.listener('web', {
  port: 0,
  start({ log }) {
    const app = fastify()
    app.get<{ Params: { id: string } }>('/orders/:id', (request) =>
      // The signal says: the client has gone away, or a shutdown asks for an answer now.
      wait(20, { id: request.params.id }, { signal: request.signal }),
    )
    app.addHook('onClose', () => log.info('nothing is in flight any more'))
    return fromFastify(app)
  },
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/orders/7`)
if ((await answer.text()) !== '{"id":"7"}') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
