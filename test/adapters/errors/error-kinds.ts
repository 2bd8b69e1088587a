import 'reflect-metadata'
import { createAdaptorServer } from '@hono/node-server'
import { All, Controller, Module, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import express from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createRequire } from 'node:module'
import type { Listenable } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'
import { fromFastify } from 'seaworthy/fastify'
import { fromHono } from 'seaworthy/hono'
import { fromKoa } from 'seaworthy/koa'
import { fromNest } from 'seaworthy/nest'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'
import type { Wire } from './ask.ts'
import { DEEDS, secretError } from './deeds.ts'

/** A framework whose handlers fail. */
export interface ErrorKind {
  readonly name: string
  readonly wire?: Wire
  build(handled: (path: string) => void): Listenable | Promise<Listenable>
  /** What is not promised of it, with the reason. */
  readonly except?: Readonly<Record<string, string>>
  /** Whether telemetry names our cut: else the framework cuts, or the protocol has a code for it. */
  readonly cutsByItself?: boolean
  /** Of paths that no route matches. */
  readonly answersNotFound?: boolean
}

type Handled = (path: string) => void

const names = Object.keys(DEEDS)

async function fail(name: string, request: object, response: object, handled: Handled): Promise<void> {
  const deed = DEEDS[name] as (request: IncomingMessage, response: ServerResponse) => unknown
  const done = deed(request as IncomingMessage, response as ServerResponse)
  handled(name)
  await done
}

function plain(handled: Handled): (request: IncomingMessage, response: ServerResponse) => unknown {
  return (request, response) => {
    const name = request.url?.slice(1) ?? ''
    if (name === 'sync') throw secretError()
    return fail(name, request, response, handled)
  }
}

const nodeHttp: ErrorKind = { name: 'a handler of node:http', build: (handled) => plain(handled) }

const nodeHttps: ErrorKind = {
  name: 'a server of node:https',
  wire: 'https',
  build: (handled) => createHttpsServer(selfSignedCertificate(), plain(handled) as never),
  except: { hang: 'its client speaks TCP', upload: 'its client speaks TCP' },
}

const nodeHttp2: ErrorKind = {
  name: 'a server of node:http2',
  wire: 'http2',
  cutsByItself: true,
  build: (handled) => createHttp2Server(plain(handled) as never),
  except: { hang: 'its client speaks TCP', upload: 'its client speaks TCP' },
}

function toExpressKind(name: string, make: typeof express, isAsync: boolean): ErrorKind {
  return {
    name,
    answersNotFound: true,
    build(handled) {
      const app = make()
      for (const each of names) {
        app.all(`/${each}`, (request, response, next) => {
          if (each === 'sync') throw secretError()
          const done = fail(each, request, response, handled)
          if (isAsync) return done
          // As it is written for Express 4, which knows nothing of promises.
          return void done.then(undefined, next)
        })
      }
      return fromExpress(app)
    },
    // `next(null)` is no error to Express.
    except: isAsync ? {} : { null: 'next(null) means that there was no error' },
  }
}

const fastifyKind: ErrorKind = {
  name: 'fastify',
  answersNotFound: true,
  build(handled) {
    const app = fastify()
    app.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null))
    for (const each of names) {
      app.all(`/${each}`, (request, reply) => {
        if (each === 'sync') throw secretError()
        return fail(each, request.raw, reply.raw, handled)
      })
    }
    return fromFastify(app)
  },
}

const koaKind: ErrorKind = {
  name: 'koa',
  answersNotFound: true,
  build(handled) {
    const app = new Koa()
    app.use((ctx) => {
      if (!names.includes(ctx.path.slice(1))) return undefined
      if (ctx.path === '/sync') throw secretError()
      return fail(ctx.path.slice(1), ctx.req, ctx.res, handled)
    })
    return fromKoa(app)
  },
}

const honoKind: ErrorKind = {
  name: 'hono',
  cutsByItself: true,
  build(handled) {
    const app = new Hono<{ Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }>()
    for (const each of names) {
      app.all(`/${each}`, async (c) => {
        const { incoming, outgoing } = c.env
        if (each === 'prepared') {
          c.header('content-encoding', 'gzip')
          c.header('set-cookie', 'session=1')
          c.header('access-control-allow-origin', 'https://shop.example')
          throw secretError()
        }
        if (['headers', 'length', 'chunk', 'pipeline'].includes(each)) return new Response(failingBody(), BODY_OF[each])
        await fail(each, incoming, outgoing, handled)
        return c.text('unreachable')
      })
    }
    return fromHono(app, createAdaptorServer(app))
  },
  except: {
    null: 'Hono hands only errors to its handlers; what comes of others is an empty 500',
    text: 'as null',
    object: 'as null',
  },
}

const BODY_OF: Readonly<Record<string, ResponseInit>> = {
  headers: { headers: { 'transfer-encoding': 'chunked' } },
  length: { headers: { 'content-length': '20' } },
}

function failingBody(): ReadableStream {
  let count = 0
  return new ReadableStream(
    {
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve))
        if (count++ === 0) controller.enqueue(Buffer.from('the first '))
        else controller.error(secretError())
      },
    },
    { highWaterMark: 0 },
  )
}

function toNestKind(platform: 'express' | 'fastify'): ErrorKind {
  return {
    name: `nest on ${platform}`,
    answersNotFound: true,
    async build(handled) {
      class Routes {
        readonly name = 'routes'
      }
      for (const each of names) {
        const value = (request: IncomingMessage & { raw?: object }, response: ServerResponse & { raw?: object }) => {
          if (each === 'sync') throw secretError()
          return fail(each, request.raw ?? request, response.raw ?? response, handled)
        }
        Object.defineProperty(Routes.prototype, each, { value, configurable: true, writable: true })
        const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, each) as PropertyDescriptor
        All(each)(Routes.prototype, each, descriptor)
        Req()(Routes.prototype, each, 0)
        Res()(Routes.prototype, each, 1)
      }
      Controller()(Routes)
      class AppModule {
        readonly name = 'app'
      }
      Module({ controllers: [Routes] })(AppModule)
      const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter()
      if (platform === 'fastify') {
        const instance: FastifyInstance = adapter.getInstance()
        instance.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null))
      }
      const app = await NestFactory.create(AppModule, adapter as ExpressAdapter, { logger: false, abortOnError: false })
      return fromNest(app)
    },
  }
}

const express4 = createRequire(import.meta.url)('express-4') as typeof express

export const ERROR_KINDS: readonly ErrorKind[] = [
  nodeHttp,
  nodeHttps,
  nodeHttp2,
  toExpressKind('express 5', express, true),
  toExpressKind('express 4', express4, false),
  toExpressKind('express 4, by promises', express4, true),
  fastifyKind,
  koaKind,
  honoKind,
  toNestKind('express'),
  toNestKind('fastify'),
]
