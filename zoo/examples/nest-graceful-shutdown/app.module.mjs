// Source: the same README, the first step; decorators are called as functions, because plain JavaScript has none.
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { GracefulShutdownModule } from 'nestjs-graceful-shutdown'

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

export class AppModule {}
Module({
  imports: [GracefulShutdownModule.forRoot()],
  controllers: [AppController],
})(AppModule)
