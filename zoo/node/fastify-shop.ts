import fastify, { type FastifyInstance } from 'fastify'
import { setTimeout as pause } from 'node:timers/promises'

/** The same application with and without the runtime. */
export function shop(onRequest: () => void): FastifyInstance {
  const application = fastify({
    // By itself, it quotes an address that is none, with the query, ...
    frameworkErrors: (_error, _request, reply) => void reply.hijack().raw.writeHead(400).end(),
  })
  application.addHook('onRequest', async () => onRequest())
  application.get('/', async () => 'ok\n')
  application.get('/slow', async () => pause(600, 'late\n'))
  application.post('/echo', async () => 'ok\n')
  // ... and one that it does not know.
  application.setNotFoundHandler(async (_request, reply) => reply.code(404).send('no such thing\n'))
  application.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume().once('end', () => done(null))
  })
  return application
}
