import 'reflect-metadata'
import { createAdaptorServer } from '@hono/node-server'
import { type ArgumentsHost, Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import express from 'express'
import fastify from 'fastify'
import type { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import Koa from 'koa'
import type { Listenable } from 'seaworthy'
import { fromExpress, problemHandler as expressProblems } from 'seaworthy/express'
import { fromFastify, problemHandler as fastifyProblems } from 'seaworthy/fastify'
import { fromHono, problemHandler as honoProblems } from 'seaworthy/hono'
import { fromKoa, problemHandler as koaProblems } from 'seaworthy/koa'
import { fromNest, ProblemFilter } from 'seaworthy/nest'
import { HttpProblem } from 'seaworthy/problem'
import { expect, onTestFinished, test } from 'vitest'
import { quietService } from '../service/open-service.ts'

const express4 = createRequire(import.meta.url)('express-4') as typeof express

async function serve(build: () => Listenable): Promise<string> {
  const service = quietService()
  const web = service.listener('web', { start: build })
  await service.start()
  onTestFinished(() => void service.stop())
  return service.address(web)?.url ?? ''
}

async function ask(url: string): Promise<{ status: number; type: string | null; body: string }> {
  const answer = await fetch(url)
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
}

const broken = (): never => {
  throw new Error('broken')
}
const OWN = { status: 418, body: 'own broken' }
const PROBLEM = {
  status: 500,
  type: 'application/problem+json',
  body: expect.stringContaining('Internal Server Error') as string,
}

test('express: a handler of errors of the application goes before ours, and so does one for the rest', async () => {
  const app = express()
  app.get('/', broken)
  app.get('/passed', () => {
    throw new Error('pass')
  })
  app.use((error: Error, _request: unknown, response: express.Response, next: express.NextFunction) => {
    if (error.message === 'pass') next(error)
    else response.status(418).send(`own ${error.message}`)
  })
  const url = await serve(() => fromExpress(app))
  expect(await ask(url)).toMatchObject(OWN)
  expect(await ask(`${url}/passed`)).toMatchObject(PROBLEM)
})

test('express: in an application that is mounted, errors go on to the one around it', async () => {
  const inner = express()
  inner.get('/', broken)
  fromExpress(inner)
  const outer = express()
  outer.use('/inner', inner)
  outer.use((_error: Error, _request: unknown, response: express.Response, _next: unknown) => {
    response.status(418).send('own broken')
  })
  const url = await serve(() => fromExpress(outer))
  expect(await ask(`${url}/inner`)).toMatchObject(OWN)
})

test('express 4: promises of routers, of handlers of errors and of middleware are heard, and nothing else is changed', async () => {
  const app = express4()
  const router = express4.Router()
  const later = async (): Promise<never> => broken()
  router.get('/', later)
  app.use('/router', router)
  app.use('/twice', router)
  app.use('/middleware', later)
  app.get('/own', later)
  app.get('/nothing', () => {
    throw null
  })
  app.get('/fine', async (_request, response) => void response.send('fine'))
  app.use(async (error: Error, request: express.Request, response: express.Response, _next: unknown) => {
    if (request.path !== '/own') throw error
    response.status(418).send(`own ${error.message}`)
  })
  const url = await serve(() => fromExpress(app))
  for (const path of ['router', 'twice', 'middleware', 'nothing'])
    expect(await ask(`${url}/${path}`)).toMatchObject(PROBLEM)
  expect(await ask(`${url}/own`)).toMatchObject(OWN)
  expect(await ask(`${url}/fine`)).toMatchObject({ status: 200, body: 'fine' })
  expect(await ask(`${url}/nowhere`)).toMatchObject({ status: 404, type: 'application/problem+json' })
  // Of other applications, and of the copy of Express, nothing.
  const other = express4().get('/', later)
  const [layer] = (other as unknown as { _router: { stack: object[] } })._router.stack
  expect(Object.keys(layer as object)).not.toContain('handle_request')
})

test('express: the handler that is exported answers in any application', async () => {
  const app = express()
  app.get('/', broken)
  app.use(expressProblems)
  expect(await ask(await serve(() => app))).toMatchObject(PROBLEM)
})

test('fastify: handlers of the instance, and of a part of it, are left', async () => {
  const app = fastify()
  app.setErrorHandler((error: Error, _request, reply) => reply.code(418).send(`own ${error.message}`))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send('own nowhere'))
  app.get('/', broken)
  const url = await serve(() => fromFastify(app))
  expect(await ask(url)).toMatchObject(OWN)
  expect(await ask(`${url}/nowhere`)).toMatchObject({ status: 404, body: 'own nowhere' })
})

test('fastify: a part with a handler of its own keeps it, and what it passes on comes to us, after its hooks', async () => {
  const app = fastify()
  app.addHook('onSend', async (_request, reply) => void reply.header('x-hook', 'ran'))
  app.register(async (part) => {
    part.setErrorHandler((error: Error, _request, reply) => {
      if (error.message === 'pass') throw error
      return reply.code(418).send(`own ${error.message}`)
    })
    part.get('/part', broken)
    part.get('/passed', () => {
      throw new Error('pass')
    })
  })
  app.get('/', broken)
  const url = await serve(() => fromFastify(app))
  expect(await ask(`${url}/part`)).toMatchObject(OWN)
  expect(await ask(`${url}/passed`)).toMatchObject(PROBLEM)
  const answer = await fetch(url)
  expect(answer.headers.get('x-hook')).toBe('ran')
  expect(await answer.json()).toMatchObject({ status: 500, instance: expect.stringMatching(/^req-/) })
})

test('fastify: a body that is not valid is told of, item by item', async () => {
  const app = fastify()
  const schema = { body: { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } } }
  app.post('/', { schema }, async () => 'fine')
  const url = await serve(() => fromFastify(app))
  const answer = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    detail: 'The body is not valid',
    errors: [{ in: 'body', pointer: '#', detail: expect.stringContaining('amount') }],
  })
})

test('fastify: an instance that has started keeps what it has, and takes the handler that is exported', async () => {
  const started = fastify()
  started.get('/', broken)
  await started.ready()
  expect(await ask(await serve(() => fromFastify(started as never)))).toMatchObject({
    status: 500,
    type: 'application/json; charset=utf-8',
  })
  const app = fastify()
  app.setErrorHandler(fastifyProblems as never)
  app.get('/', broken)
  await app.ready()
  expect(await ask(await serve(() => app as never))).toMatchObject(PROBLEM)
})

test('koa: a ctx.onerror of the application is left, and who listens to its errors hears of them', async () => {
  const own = new Koa()
  Object.assign(own.context, {
    onerror(this: { readonly res: ServerResponse }, error: Error | null) {
      if (error !== null) this.res.writeHead(418).end(`own ${error.message}`)
    },
  })
  own.use(broken)
  expect(await ask(await serve(() => fromKoa(own)))).toMatchObject(OWN)

  const heard: unknown[] = []
  const app = new Koa()
  app.on('error', (error) => heard.push(error))
  app.use(broken)
  expect(await ask(await serve(() => fromKoa(app)))).toMatchObject(PROBLEM)
  expect(heard).toEqual([expect.objectContaining({ message: 'broken' })])
})

test('koa: a 404 of its own is left, with and without a body, and nobody hears of what nobody has answered', async () => {
  const heard: unknown[] = []
  const app = new Koa()
  app.on('error', (error) => heard.push(error))
  app.use((ctx) => {
    if (ctx.path === '/status') ctx.status = 404
    if (ctx.path === '/body') Object.assign(ctx, { status: 404, body: 'own nowhere' })
    if (ctx.path === '/itself') {
      ctx.respond = false
      setImmediate(() => ctx.res.writeHead(404).end('by itself'))
    }
  })
  const url = await serve(() => fromKoa(app))
  expect(await ask(`${url}/status`)).toMatchObject({ status: 404, body: 'Not Found' })
  expect(await ask(`${url}/body`)).toMatchObject({ status: 404, body: 'own nowhere' })
  expect(await ask(`${url}/itself`)).toMatchObject({ status: 404, body: 'by itself' })
  expect(await ask(`${url}/nowhere`)).toMatchObject({ status: 404, type: 'application/problem+json' })
  expect(heard).toEqual([])
})

test('koa: the handler that is exported answers in any application', async () => {
  const app = new Koa()
  Object.assign(app.context, { onerror: koaProblems })
  app.use(broken)
  expect(await ask(await serve(() => app.callback()))).toMatchObject(PROBLEM)
})

test('hono: a handler of the application is left, and an exception with an answer of its own keeps it', async () => {
  const own = new Hono()
  own.onError((error, c) => c.text(`own ${error.message}`, 418))
  own.get('/', broken)
  expect(await ask(await serve(() => fromHono(own, createAdaptorServer(own) as never)))).toMatchObject(OWN)

  const app = new Hono()
  app.get('/own', () => {
    throw new HTTPException(401, { res: new Response('own', { status: 401 }) })
  })
  app.get('/text', () => {
    throw new HTTPException(403, { message: 'not yours' })
  })
  const url = await serve(() => fromHono(app, createAdaptorServer(app)))
  expect(await ask(`${url}/own`)).toMatchObject({ status: 401, body: 'own' })
  expect(await ask(`${url}/text`)).toMatchObject({ status: 403, body: expect.stringContaining('not yours') })
})

test('hono: the handler that is exported answers in any application, also without a server', async () => {
  const app = new Hono()
  app.onError(honoProblems as never)
  app.get('/', broken)
  const answer = await app.request('/')
  expect(answer.status).toBe(500)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(await answer.text()).not.toContain('broken')
  expect(await ask(await serve(() => createAdaptorServer(app) as never))).toMatchObject(PROBLEM)
})

test('hono: a stream that fails at once is cut by node-server, and its message stays here', async () => {
  const app = new Hono()
  app.get('/', () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('hunter2')) })
    return new Response(body)
  })
  const url = await serve(() => fromHono(app, createAdaptorServer(app)))
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
  let text = ''
  socket.setEncoding('latin1').on('data', (piece: string) => (text += piece))
  socket.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => socket.on('close', resolve))
  expect(text).toMatch(/^HTTP\/1\.1 200/)
  expect(text).not.toMatch(/hunter2|\r\n0\r\n\r\n$/)
})

test('nest: a filter of the application goes before ours, and it can be added by hand, too', async () => {
  class Routes {
    broken(): never {
      return broken()
    }
  }
  Get('broken')(
    Routes.prototype,
    'broken',
    Object.getOwnPropertyDescriptor(Routes.prototype, 'broken') as PropertyDescriptor,
  )
  Controller()(Routes)
  class AppModule {
    readonly name = 'app'
  }
  Module({ controllers: [Routes] })(AppModule)
  const create = () => NestFactory.create(AppModule, new ExpressAdapter(), { logger: false, abortOnError: false })
  const own = await create()
  own.useGlobalFilters({
    catch(error: Error, host: ArgumentsHost) {
      host.switchToHttp().getResponse<express.Response>().status(418).send(`own ${error.message}`)
    },
  })
  expect(await ask(`${await serve(() => fromNest(own))}/broken`)).toMatchObject(OWN)

  const byHand = await create()
  byHand.useGlobalFilters(new ProblemFilter())
  await byHand.init()
  expect(await ask(`${await serve(() => byHand.getHttpServer() as never)}/broken`)).toMatchObject(PROBLEM)
})

test.each([
  [
    'hono',
    (fail: () => never) => {
      const app = new Hono()
      app.get('/', fail)
      return fromHono(app, createAdaptorServer(app))
    },
  ],
  ['fastify', (fail: () => never) => fromFastify(fastify().get('/', fail))],
])('%s: headers of a problem that are none are left out', async (_name, build) => {
  const headers = { 'x-bad': 'a\r\nb', 'no name': 'a', 'retry-after': '3' }
  const url = await serve(() =>
    build(() => {
      throw new HttpProblem(429, 'slow', { headers })
    }),
  )
  const answer = await fetch(url)
  expect(answer.status).toBe(429)
  expect(answer.headers.get('retry-after')).toBe('3')
  expect(answer.headers.has('x-bad')).toBe(false)
})
