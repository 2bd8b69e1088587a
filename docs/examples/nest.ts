// A new service with NestJS. This copy ends itself, so that it can run as a test.
/* oxlint-disable promise/valid-params, promise/no-promise-in-callback -- the method `catch` of a filter is none of a promise */
import { subscribe } from 'node:diagnostics_channel'
import { setTimeout as sleep, setTimeout as wait } from 'node:timers/promises'

import 'reflect-metadata'
import { type ArgumentsHost, Controller, Get, Module, Req } from '@nestjs/common'
import { BaseExceptionFilter, NestFactory } from '@nestjs/core'
import { createService } from 'seaworthy'
import { fromNest } from 'seaworthy/nest'

class Orders {
  one(request: { params: { id: string }; signal: AbortSignal }): Promise<{ id: string }> {
    const { id } = request.params
    return wait(Number(id), { id }, { signal: request.signal })
  }
}
// Decorators called by hand, because Node strips types and no more.
Get('orders/:id')(Orders.prototype, 'one', Object.getOwnPropertyDescriptor(Orders.prototype, 'one') ?? {})
Req()(Orders.prototype, 'one', 0)
Controller()(Orders)
class AppModule {
  onModuleDestroy(): void {
    console.error('nothing is in flight any more')
  }
}
Module({ controllers: [Orders] })(AppModule)

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['SEAWORTHY_GRACE_SECONDS'] = '5' // so that the soft deadline is soon
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
class AnswerNow extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    if (!http.getRequest<{ signal: AbortSignal }>().signal.aborted) {
      super.catch(error, host)
      return
    }
    // The client has gone away, or a shutdown asks for an answer now: there is time for one.
    this.applicationRef?.setHeader(http.getResponse(), 'retry-after', '1')
    this.applicationRef?.reply(http.getResponse(), undefined, 503)
  }
}

const service = createService({ name: 'shop' })
const web = service.listener('web', {
  port: 0,
  async start({ log }) {
    const app = await NestFactory.create(AppModule)
    app.useGlobalFilters(new AnswerNow(app.getHttpAdapter()))
    return fromNest(app, { log })
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
