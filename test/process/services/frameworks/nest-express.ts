// An existing application that had asked Nest to end it at SIGTERM. Decorators are called by hand: Node strips types only.
import 'reflect-metadata'
import { Controller, Get, Module, type OnModuleDestroy, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/nest'

class Orders {
  async slow(ms: string): Promise<string> {
    console.error('slow began')
    await wait(Number(ms))
    console.error('slow answered')
    return 'slow'
  }
}
Get('slow/:ms')(Orders.prototype, 'slow', Object.getOwnPropertyDescriptor(Orders.prototype, 'slow') ?? {})
Param('ms')(Orders.prototype, 'slow', 0)
Controller()(Orders)

class AppModule implements OnModuleDestroy {
  onModuleDestroy(): void {
    console.error('database closed')
  }
}
Module({ controllers: [Orders] })(AppModule)

const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false })
app.enableShutdownHooks()
const attachItself = process.env['ALONE'] !== '1'
if (attachItself) {
  const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
  attach(service, app)
  await app.listen(0, '127.0.0.1')
  await service.run()
} else {
  await app.listen(0, '127.0.0.1')
  console.log(JSON.stringify({ msg: `listening on ${await app.getUrl()}` }))
}
