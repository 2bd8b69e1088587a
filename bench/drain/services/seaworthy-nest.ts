// Decorators are called as functions: Node strips types, and decorators are more than that.
import 'reflect-metadata'
import type { ServerResponse } from 'node:http'
import { Controller, Get, Module, Param, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/nest'
import { events, HOST, PORT, work } from './work.ts'

class WorkController {
  work(ms: string): Promise<unknown> {
    return work(ms)
  }

  events(response: ServerResponse & { readonly raw?: ServerResponse; hijack?(): void }): void {
    response.hijack?.()
    events(response.raw ?? response)
  }
}
Controller()(WorkController)
for (const [name, path, parameter] of [
  ['work', 'wait/:ms', Param('ms')],
  ['events', 'events', Res()],
] as const) {
  const method = Object.getOwnPropertyDescriptor(WorkController.prototype, name)
  if (method !== undefined) Get(path)(WorkController.prototype, name, method)
  parameter(WorkController.prototype, name, 0)
}

// oxlint-disable-next-line typescript/no-extraneous-class -- what a module of Nest is
class AppModule {}
Module({ controllers: [WorkController] })(AppModule)

const app =
  process.env['BENCH_PLATFORM'] === 'fastify'
    ? await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false })
    : await NestFactory.create(AppModule, { logger: false })
const service = createService({ name: 'bench' })
attach(service, app, { port: PORT, host: HOST })
await service.run()
