import Koa from 'koa'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/koa'
import { events, HOST, PORT, work } from './work.ts'

const app = new Koa()
app.use(async (context) => {
  if (context.path === '/events') {
    context.respond = false
    events(context.res)
    return
  }
  const ms = /^\/wait\/(\d+)$/.exec(context.path)?.[1]
  if (ms !== undefined) context.body = await work(ms)
})

const service = createService({ name: 'bench' })
attach(service, app, { port: PORT, host: HOST })
await service.run()
