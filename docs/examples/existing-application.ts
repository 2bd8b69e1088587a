// An application that was there before, with a listen of its own, and the three lines that give it an orderly end. This
// copy ends itself, so that it can run as a test.
import { setTimeout as wait } from 'node:timers/promises'

process.env['SEAWORTHY_DRAIN_DELAY'] = '200ms' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region attach
import http from 'node:http'
import { attach, createService } from 'seaworthy'

const app: http.RequestListener = (_request, response) => void setTimeout(() => response.end('hello\n'), 100)
const server = http.createServer(app).listen(0) // as it has always been

const service = createService({ name: 'shop' })
attach(service, server)
const running = service.run()
// #endregion attach

while (service.state !== 'ready') await wait(10)
const { port } = server.address() as { port: number }
const answer = fetch(`http://127.0.0.1:${port}/`)
await new Promise((resolve) => server.once('request', resolve))
process.kill(process.pid, 'SIGTERM') // as a platform does it, with a request in flight
if ((await (await answer).text()) !== 'hello\n') throw new Error('the request was lost')
await running
