// A new service with Express. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
import express from 'express'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'

const service = createService({ name: 'shop' })
const web = service.listener('web', {
  port: 0,
  start() {
    const app = express()
    app.get('/orders/:id', (request, response, next) => {
      // The signal says: the client has gone away, or a shutdown asks for an answer now.
      wait(20, { id: request.params.id }, { signal: request.signal }).then((order) => response.json(order), next)
    })
    return fromExpress(app)
  },
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/orders/7`)
if ((await answer.text()) !== '{"id":"7"}') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
