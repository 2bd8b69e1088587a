// An Express application that exists. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region attach
import express from 'express'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/express'

const app = express()
app.get('/', (_request, response) => void response.send('as ever'))
const server = app.listen(0)

const service = createService({ name: 'shop' })
const web = attach(service, server) // or the app, before it listens
const running = service.run()
// #endregion attach

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/`)
if ((await answer.text()) !== 'as ever') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
