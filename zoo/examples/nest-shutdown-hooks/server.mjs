// Follows the page "Lifecycle events" of the Nest documentation, section "Application shutdown"
// (https://docs.nestjs.com/fundamentals/lifecycle-events, read 2026-11-23, at commit 1c6b759306f1 of its repository):
// enableShutdownHooks() before listen(), and nothing else. Written for this trial; the text of the page is not copied.
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

class AppController {
  root() {
    return 'ok'
  }

  slow() {
    return new Promise((resolve) => setTimeout(resolve, 600, 'late'))
  }
}
Controller()(AppController)
Get()(AppController.prototype, 'root', Object.getOwnPropertyDescriptor(AppController.prototype, 'root'))
Get('slow')(AppController.prototype, 'slow', Object.getOwnPropertyDescriptor(AppController.prototype, 'slow'))

class AppModule {}
Module({ controllers: [AppController] })(AppModule)

const app = await NestFactory.create(AppModule)
app.enableShutdownHooks()
await app.listen(process.env.PORT ?? 3000)
