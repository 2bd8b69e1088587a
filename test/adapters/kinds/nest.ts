import 'reflect-metadata'
import {
  Controller,
  Get,
  HttpCode,
  type INestApplication,
  Module,
  type OnModuleDestroy,
  Param,
  Post,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { fromNest } from 'seaworthy/nest'
import { withWebSockets } from 'seaworthy/ws'
import { bodyText } from '../contract/body-text.ts'
import type { Deeds } from '../contract/deeds.ts'
import type { ServerKind } from '../contract/server-kind.ts'
import { addWebSockets } from './web-sockets.ts'

type Platform = 'express' | 'fastify'

export const nestExpressKind: ServerKind = toKind('express')
export const nestFastifyKind: ServerKind = toKind('fastify')

function toKind(platform: Platform): ServerKind {
  return {
    name: `nest on ${platform}`,
    hasCloseHook: true,
    async build(deeds) {
      const app = await createNest(platform, deeds)
      return withWebSockets(addWebSockets(app.getHttpServer() as never), fromNest(app))
    },
  }
}

/** The routes, with decorators called by hand: Node strips types, and decorators are more than that. */
export async function createNest(platform: Platform, deeds: Deeds): Promise<INestApplication> {
  class Routes {
    fast(): string {
      return deeds.fast()
    }
    slow(ms: string): Promise<string> {
      return deeds.slow(ms)
    }
    stream(): StreamableFile {
      return new StreamableFile(Readable.from(deeds.stream(), { objectMode: false }))
    }
    async echo(request: Readable & { readonly body?: unknown; readonly raw?: Readable }): Promise<string> {
      return deeds.echo(typeof request.body === 'string' ? request.body : await bodyText(request.raw ?? request))
    }
    sse(response: ServerResponse & { readonly raw?: ServerResponse }): void {
      const raw = response.raw ?? response
      const source = Readable.from(deeds.events())
      raw.setHeader('Content-Type', 'text/event-stream')
      raw.on('close', () => source.destroy())
      source.pipe(raw)
    }
    hang(): Promise<never> {
      return deeds.hang()
    }
    boom(): never {
      return deeds.boom()
    }
    signal(request: { readonly signal: AbortSignal }): Promise<string> {
      return deeds.untilAborted(request.signal)
    }
  }
  const paths = {
    fast: 'fast',
    slow: 'slow/:ms',
    stream: 'stream',
    echo: 'echo',
    sse: 'sse',
    hang: 'hang/:id',
    boom: 'boom',
    signal: 'signal',
  } as const
  for (const [method, path] of Object.entries(paths)) {
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, method) as PropertyDescriptor
    const route = method === 'echo' ? Post(path) : Get(path)
    route(Routes.prototype, method, descriptor)
    if (method === 'echo') HttpCode(200)(Routes.prototype, method, descriptor)
  }
  Param('ms')(Routes.prototype, 'slow', 0)
  Req()(Routes.prototype, 'echo', 0)
  Res()(Routes.prototype, 'sse', 0)
  Req()(Routes.prototype, 'signal', 0)
  Controller()(Routes)

  class AppModule implements OnModuleDestroy {
    onModuleDestroy(): void {
      deeds.closeHook()
    }
  }
  Module({ controllers: [Routes] })(AppModule)
  const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter()
  return NestFactory.create(AppModule, adapter as ExpressAdapter, { logger: false, abortOnError: false })
}
