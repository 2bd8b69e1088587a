import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance } from 'fastify'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { fromFastify } from 'seaworthy/fastify'
import { withWebSockets } from 'seaworthy/ws'
import type { Deeds } from '../contract/deeds.ts'
import type { ServerKind } from '../contract/server-kind.ts'
import { addWebSockets, shout } from './web-sockets.ts'

type MakeFastify = typeof fastify

const require = createRequire(import.meta.url)
export const fastify510 = require('fastify-5-10') as MakeFastify
/** The same interface, as far as it is used here. */
export const fastify4 = require('fastify-4') as MakeFastify

export const fastifyKind: ServerKind = {
  name: 'fastify',
  hasCloseHook: true,
  async build(deeds) {
    const app = fastify()
    await app.register(websocket)
    buildFastify(app, deeds)
    // A route of the plugin's own, in a context of its own.
    void app.register(async (inner) => void inner.get('/ws', { websocket: true }, shout))
    return fromFastify(app)
  },
}

export const fastify510Kind: ServerKind = toKind('fastify 5.10', fastify510)
export const fastify4Kind: ServerKind = toKind('fastify 4', fastify4)

function toKind(name: string, make: MakeFastify): ServerKind {
  return {
    name,
    hasCloseHook: true,
    build(deeds) {
      const app = make()
      buildFastify(app, deeds)
      return withWebSockets(addWebSockets(app.server), fromFastify(app))
    },
  }
}

/** The routes, in a plugin of their own, as services have them. */
export function buildFastify(app: FastifyInstance, deeds: Deeds): void {
  app.addHook('onClose', () => deeds.closeHook())
  void app.register(async (inner) => {
    inner.get('/fast', () => deeds.fast())
    inner.get<{ Params: { ms: string } }>('/slow/:ms', (request) => deeds.slow(request.params.ms))
    inner.get('/stream', (_request, reply) => reply.send(Readable.from(deeds.stream())))
    inner.post('/echo', (request) => deeds.echo(request.body as string))
    inner.get('/sse', (_request, reply) => {
      const source = Readable.from(deeds.events())
      return reply.type('text/event-stream').send(source)
    })
    inner.get('/hang/:id', () => deeds.hang())
    inner.get('/boom', () => deeds.boom())
    inner.get('/signal', (request) => deeds.untilAborted(request.signal))
  })
}
