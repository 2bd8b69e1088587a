// A new service with Hono. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { fromHono } from 'seaworthy/hono'

const service = createService({ name: 'shop' })
const web = service.listener('web', {
  port: 0,
  start() {
    const app = new Hono()
    app.get('/orders/:id', async (c) => {
      // The signal says: the client has gone away, or a shutdown asks for an answer now.
      return c.json(await wait(20, { id: c.req.param('id') }, { signal: c.req.raw.signal }))
    })
    return fromHono(app, createAdaptorServer(app))
  },
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/orders/7`)
if ((await answer.text()) !== '{"id":"7"}') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
