// A Hono application that exists. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region attach
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/hono'

const app = new Hono()
app.get('/', (c) => c.text('as ever'))
const server = serve({ fetch: app.fetch, port: 0 })

const service = createService({ name: 'shop' })
const web = attach(service, app, { server })
const running = service.run()
// #endregion attach

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/`)
if ((await answer.text()) !== 'as ever') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
