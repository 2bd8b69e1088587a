// A new service with Koa. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
import Koa from 'koa'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { fromKoa } from 'seaworthy/koa'

declare module 'koa' {
  interface ExtendableContext {
    readonly signal: AbortSignal // put there by fromKoa and attach
  }
}

const service = createService({ name: 'shop' })
const web = service.listener('web', {
  port: 0,
  start() {
    const app = new Koa()
    app.use(async (ctx) => {
      // The signal says: the client has gone away, or a shutdown asks for an answer now.
      ctx.body = await wait(20, { path: ctx.path }, { signal: ctx.signal })
    })
    return fromKoa(app)
  },
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/orders/7`)
if ((await answer.text()) !== '{"path":"/orders/7"}') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
