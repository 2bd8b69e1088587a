'use strict'
const fastify = require('fastify')
const { control } = require('./control.cjs')
const { ANSWER } = require('./handler.cjs')

const app = fastify({ keepAliveTimeout: 60_000 })
app.get('/orders/:id', (_request, reply) => reply.type('application/json').send(ANSWER))
void app.listen({ port: 0, host: '127.0.0.1' }).then(() => {
  control()
  process.send({ port: app.server.address().port })
})
