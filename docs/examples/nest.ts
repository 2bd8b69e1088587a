// A new service with NestJS. This copy ends itself, so that it can run as a test.
import { setTimeout as sleep } from 'node:timers/promises'

import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createService } from 'seaworthy'
import { fromNest } from 'seaworthy/nest'

class Orders {
  all(): string {
    return 'all orders'
  }
}
// Decorators called by hand, because Node strips types and no more.
Get('orders')(Orders.prototype, 'all', Object.getOwnPropertyDescriptor(Orders.prototype, 'all') ?? {})
Controller()(Orders)
class AppModule {
  onModuleDestroy(): void {
    console.error('nothing is in flight any more')
  }
}
Module({ controllers: [Orders] })(AppModule)

process.env['SEAWORTHY_DRAIN_DELAY'] = '0s' // nobody balances here
process.env['OTEL_SDK_DISABLED'] = 'true'

// #region new
const service = createService({ name: 'shop' })
const web = service.listener('web', {
  port: 0,
  start: async ({ log }) => fromNest(await NestFactory.create(AppModule), { log }),
})
const running = service.run()
// #endregion new

while (service.state !== 'ready') await sleep(10)
const answer = await fetch(`${service.address(web)?.url}/orders`)
if ((await answer.text()) !== 'all orders') throw new Error('the answer is another one')
process.kill(process.pid, 'SIGTERM')
await running
