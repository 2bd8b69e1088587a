// A new service with Koa. This copy ends itself, so that it can run as a test.
import { subscribe } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['SEAWORTHY_GRACE_SECONDS'] = '5' // so that the soft deadline is soon
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

// Stands for a query: it takes as many milliseconds as the id says, and ends when its signal says so.
const findOrder = (id: string, signal: AbortSignal) => wait(Number(id), { id }, { signal })

const service = createService({ name: 'shop' })
const web = service.listener('web', {
  port: 0,
  start() {
    const app = new Koa()
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        if (!ctx.signal.aborted) throw error
        // The client has gone away, or a shutdown asks for an answer now: there is time for one.
        ctx.status = 503
        ctx.set('retry-after', '1')
      }
    })
    app.use(async (ctx) => {
      ctx.body = await findOrder(ctx.path.replace('/orders/', ''), ctx.signal)
    })
    return fromKoa(app)
  },
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/orders/7`)
if ((await answer.text()) !== '{"id":"7"}') throw new Error('the answer is another one')
// What is not done at the soft deadline is answered all the same.
const begun = new Promise((resolve) => subscribe('http.server.request.start', resolve))
const slow = fetch(`${service.address(web)?.url}/orders/60000`)
await begun
process.kill(process.pid, 'SIGTERM')
const { status, headers } = await slow
if (status !== 503 || headers.get('retry-after') !== '1') throw new Error(`the slow answer is ${status}`)
await running
