// https://docs.nestjs.com/fundamentals/lifecycle-events, "Application shutdown"; decorators are called as functions,
// because plain JavaScript has none. With BENCH_DELAYED=1 it waits in beforeApplicationShutdown, as @nestjs/terminus
// does with its gracefulShutdownTimeoutMs.
import 'reflect-metadata'
import { Controller, Get, Module, Param, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { DELAY_MS, events, HOST, PORT, work } from './work.ts'

class WorkController {
  work(ms) {
    return work(ms)
  }

  events(response) {
    events(response)
  }

  beforeApplicationShutdown() {
    if (process.env['BENCH_DELAYED'] !== '1') return
    return new Promise((resolve) => setTimeout(resolve, DELAY_MS))
  }
}
Controller()(WorkController)
for (const [name, path, parameter] of [
  ['work', 'wait/:ms', Param('ms')],
  ['events', 'events', Res()],
]) {
  Get(path)(WorkController.prototype, name, Object.getOwnPropertyDescriptor(WorkController.prototype, name))
  parameter(WorkController.prototype, name, 0)
}

// oxlint-disable-next-line typescript/no-extraneous-class -- what a module of Nest is
class AppModule {}
Module({ controllers: [WorkController] })(AppModule)

const app = await NestFactory.create(AppModule, {
  logger: false,
  forceCloseConnections: process.env['BENCH_FORCE'] === '1',
})
app.enableShutdownHooks()
await app.listen(PORT, HOST)
