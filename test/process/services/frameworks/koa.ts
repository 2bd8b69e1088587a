// An existing application.
import Koa from 'koa'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/koa'

const app = new Koa()
app.use(async (ctx) => {
  console.error('slow began')
  await wait(Number(ctx.path.split('/').at(-1)))
  ctx.body = 'slow'
})

const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
attach(service, app, { server: app.listen(0, '127.0.0.1') })
await service.run()
