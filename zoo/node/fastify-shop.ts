import type { FastifyInstance } from 'fastify'
import { setTimeout as pause } from 'node:timers/promises'

/** The same application with and without the runtime. */
export function shop(application: FastifyInstance, onRequest: () => void): FastifyInstance {
  application.addHook('onRequest', async () => onRequest())
  application.get('/', async () => 'ok\n')
  application.get('/slow', async () => pause(600, 'late\n'))
  application.post('/echo', async () => 'ok\n')
  // Its own answers quote the whole address, with the query.
  application.setNotFoundHandler(async (_request, reply) => reply.code(404).send('no such thing\n'))
  application.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume().once('end', () => done(null))
  })
  return application
}
