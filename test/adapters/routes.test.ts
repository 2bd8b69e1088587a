import { createAdaptorServer } from '@hono/node-server'
import express, { Router } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { createService, FinalFlush, type Listenable } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'
import { fromFastify } from 'seaworthy/fastify'
import { fromHono } from 'seaworthy/hono'
import { fromKoa } from 'seaworthy/koa'
import { fromNest } from 'seaworthy/nest'
import { startReceiver } from 'seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Deeds } from './contract/deeds.ts'
import { Journal } from './contract/journal.ts'
import { express4 } from './kinds/express.ts'
import { fastify4, fastify510 } from './kinds/fastify.ts'
import { createNest } from './kinds/nest.ts'

/** What the span of each request says, in the order of the requests. */
async function routesOf(listenable: Listenable, paths: readonly string[]): Promise<readonly string[]> {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.stop())
  const service = createService({
    name: 'routes',
    env: receiver.environment(),
    admin: false,
    logging: { level: 'silent' },
    shutdown: { drainDelay: 0 },
    finalFlush: new FinalFlush(),
  })
  onTestFinished(async () => void (await service.stop()))
  const listener = service.listener('api', { host: '127.0.0.1', start: () => listenable })
  await service.start()
  for (const path of paths) await (await fetch(`${service.address(listener)?.url}${path}`)).text()
  await service.stop()
  const routes: string[] = []
  for (const path of paths) {
    const span = await receiver.waitForSpan({
      service: 'routes',
      kind: 'server',
      attribute: { 'url.path': path.split('?')[0] ?? '' },
    })
    const route = span.attributes['http.route'] as string | undefined
    expect(span.name).toBe(route === undefined ? 'GET' : `GET ${route}`)
    routes.push(route === undefined ? 'none' : route)
  }
  return routes
}

/** Mounted routers, one of them with a parameter, one inside of the other, and an application inside of that. */
function nestedExpress(make: typeof express): Listenable {
  const app = make()
  const inner = make()
  inner.get('/deep/:leaf', (_request, response) => void response.send('deep'))
  const orders = make.Router()
  orders.get('/', (_request, response) => void response.send('all'))
  orders.get('/:order', (_request, response) => void response.send('one'))
  orders.get('/:order/fails', () => {
    throw new Error('fails')
  })
  const users = make.Router()
  users.use('/:user/orders', orders)
  app.use((_request, _response, next) => next())
  app.get(['/either', '/or'], (_request, response) => void response.send('either'))
  app.get(/^\/expression\/\d+$/, (_request, response) => void response.send('expression'))
  app.use('/api/users', users)
  app.use('/inner/:order', inner)
  app.use((_error: Error, _request: unknown, response: express.Response, _next: unknown) => {
    response.status(500).send('failed')
  })
  return fromExpress(app)
}

describe.each([
  ['express 5', express],
  ['express 4', express4],
] as const)('%s', (_name, make) => {
  test('the route has the mounts as they were declared, and no value of a parameter', async () => {
    const routes = await routesOf(nestedExpress(make), [
      '/api/users/42/orders',
      '/api/users/42/orders/7?secret=1',
      '/api/users/42/orders/7/fails',
      '/inner/8/deep/9',
      '/either',
      '/expression/12',
      '/nothing',
    ])
    expect(routes).toEqual([
      '/api/users/:user/orders',
      '/api/users/:user/orders/:order',
      '/api/users/:user/orders/:order/fails',
      '/inner/:order/deep/:leaf',
      '/either|/or',
      '/^\\/expression\\/\\d+$/',
      'none',
    ])
  })

  test('baseUrl and route are to handlers what they are without us', async () => {
    const seen: unknown[] = []
    const app = make()
    const router = Router()
    router.get('/:id', (request, response) => {
      seen.push(request.baseUrl, (request.route as { path: string }).path, request.originalUrl, request.url)
      response.send('seen')
    })
    app.use('/things', router)
    app.use((request, response) => {
      seen.push(request.baseUrl, request.url)
      response.send('last')
    })
    await routesOf(fromExpress(app), ['/things/5', '/elsewhere'])
    expect(seen).toEqual(['/things', '/:id', '/things/5', '/5', '', '/elsewhere'])
  })
})

describe.each([
  ['fastify', fastify],
  ['fastify 5.10', fastify510],
  ['fastify 4', fastify4],
] as const)('%s', (_name, make) => {
  test('the route has its prefixes, and what is not found has none', async () => {
    const app = make()
    void app.register(
      async (api) => {
        api.get('/orders/:id', () => 'one')
        void api.register(async (parts) => void parts.get('/:part', () => 'part'), { prefix: '/orders/:id/parts' })
      },
      { prefix: '/api' },
    )
    const routes = await routesOf(fromFastify(app), ['/api/orders/7', '/api/orders/7/parts/8', '/nothing'])
    expect(routes).toEqual(['/api/orders/:id', '/api/orders/:id/parts/:part', 'none'])
  })

  test('request.raw and decorations are what they are without us', async () => {
    const app = make()
    app.decorateRequest('colour', 'blue')
    let seen: unknown
    app.get('/x', (request) => {
      seen = [request.raw.url, (request as unknown as { colour: string }).colour, request.signal.aborted]
      return 'x'
    })
    await routesOf(fromFastify(app), ['/x?y=1'])
    expect(seen).toEqual(['/x?y=1', 'blue', false])
  })
})

test('koa: the route is what the router says, and none without a router', async () => {
  const app = new Koa()
  app.use((ctx) => {
    if (ctx.path === '/text/5') ctx['_matchedRoute'] = '/text/:id'
    if (ctx.path === '/expression/5') ctx['_matchedRoute'] = /^\/expression\/\d+$/
    ctx.body = String(ctx['_matchedRoute'])
  })
  const routes = await routesOf(fromKoa(app), ['/text/5', '/expression/5', '/nothing'])
  expect(routes).toEqual(['/text/:id', '/^\\/expression\\/\\d+$/', 'none'])
})

test('hono: the route is that of the handler, below its base path, and not that of a middleware', async () => {
  const api = new Hono()
  api.get('/orders/:id', (c) => c.text('one'))
  const app = new Hono()
  app.use(async (_c, next) => next())
  app.use('/api/*', async (_c, next) => next())
  app.route('/api', api)
  app.all('/proxy/*', (c) => c.text('proxied'))
  const routes = await routesOf(fromHono(app, createAdaptorServer(app)), [
    '/api/orders/7',
    '/api/orders/8',
    '/proxy/any/thing',
    '/nothing',
  ])
  expect(routes).toEqual(['/api/orders/:id', '/api/orders/:id', '/proxy/*', 'none'])
})

test.each(['express', 'fastify'] as const)('nest on %s: the route has the prefix of all', async (platform) => {
  const app = await createNest(platform, new Deeds(new Journal()))
  app.setGlobalPrefix('v1')
  const routes = await routesOf(fromNest(app), ['/v1/slow/1', '/v1/boom'])
  expect(routes).toEqual(['/v1/slow/:ms', '/v1/boom'])
})
