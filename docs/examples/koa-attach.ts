// A Koa application that exists. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region attach
import Koa from 'koa'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/koa'

const app = new Koa()
app.use((ctx) => void (ctx.body = 'as ever'))
const server = app.listen(0)

const service = createService({ name: 'shop' })
const web = attach(service, app, { server }) // or without it, before the app listens
const running = service.run()
// #endregion attach

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/`)
if ((await answer.text()) !== 'as ever') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
