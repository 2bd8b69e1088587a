// Source: README of nestjs-graceful-shutdown 2.0.0, "Example"
// (https://github.com/hienngm/nestjs-graceful-shutdown#readme, read 2026-11-23). Licence: MIT, © hienngm.
import { setupGracefulShutdown } from 'nestjs-graceful-shutdown';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.mjs';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  // Additional configuration for your NestJS app

  setupGracefulShutdown({ app });

  await app.listen(process.env.PORT || 3000);
}
bootstrap();
