// https://docs.nestjs.com/recipes/terminus; decorators are called as functions, because plain JavaScript has none.
import 'reflect-metadata'
import { Controller, Get, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus'
import { check, keepBusy, runsOfCheck, say } from './work.mjs'

class HealthController {
  constructor(health) {
    this.health = health
  }

  live() {
    return this.health.check([])
  }

  ready() {
    return this.health.check([() => check().then(() => ({ database: { status: 'up' } }))])
  }
}
Reflect.defineMetadata('design:paramtypes', [HealthCheckService], HealthController)
Controller()(HealthController)

class WorkController {
  work(ms) {
    keepBusy(Number(ms))
    return 'done'
  }

  stuck() {
    keepBusy(Number.POSITIVE_INFINITY)
  }

  runs() {
    return String(runsOfCheck())
  }
}
Controller()(WorkController)

function route(target, name, path, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name)
  for (const decorate of [Get(path), ...decorators]) decorate(target.prototype, name, descriptor)
}
route(HealthController, 'live', 'livez', HealthCheck())
route(HealthController, 'ready', 'readyz', HealthCheck())
route(WorkController, 'work', 'busy/:ms')
route(WorkController, 'stuck', 'stuck')
route(WorkController, 'runs', 'runs')
Param('ms')(WorkController.prototype, 'work', 0)

// oxlint-disable-next-line typescript/no-extraneous-class -- what a module of Nest is
class AppModule {}
Module({ imports: [TerminusModule], controllers: [HealthController, WorkController] })(AppModule)

const app = await NestFactory.create(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
const { port } = app.getHttpServer().address()
say({ port, live: { port, path: '/livez' }, ready: { port, path: '/readyz' } })
