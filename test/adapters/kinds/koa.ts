import Koa, { type Context, type Middleware } from 'koa'
import { Readable } from 'node:stream'
import { fromKoa } from 'seaworthy/koa'
import { withWebSockets } from 'seaworthy/ws'
import { bodyText } from '../contract/body-text.ts'
import type { Deeds } from '../contract/deeds.ts'
import type { ServerKind } from '../contract/server-kind.ts'
import { addWebSockets } from './web-sockets.ts'

export const koaKind: ServerKind = {
  name: 'koa',
  build(deeds) {
    const application = fromKoa(buildKoa(deeds))
    return withWebSockets(addWebSockets(application.server), application)
  },
}

/** The routes. Koa has no router; this one tells what it matched as `@koa/router` does. */
export function buildKoa(deeds: Deeds): Koa {
  const app = new Koa()
  app.silent = true
  const routes: Readonly<Record<string, (ctx: Context, parameter: string | undefined) => unknown>> = {
    fast: () => deeds.fast(),
    slow: (_ctx, ms) => deeds.slow(ms),
    stream: () => Readable.from(deeds.stream()),
    echo: async (ctx) => deeds.echo(await bodyText(ctx.req)),
    sse(ctx) {
      ctx.type = 'text/event-stream'
      return Readable.from(deeds.events())
    },
    hang: () => deeds.hang(),
    boom: () => deeds.boom(),
    signal: (ctx) => deeds.untilAborted((ctx as Context & { readonly signal: AbortSignal }).signal),
  }
  const router: Middleware = async (ctx) => {
    const [, first = '', parameter] = ctx.path.split('/')
    ctx['_matchedRoute'] = parameter === undefined ? `/${first}` : `/${first}/:id`
    ctx.body = await routes[first]?.(ctx, parameter)
  }
  app.use(router)
  return app
}
