// Source: README of fastify-graceful-shutdown 5.0.0, "Register plugin" and "Usage"
// (https://github.com/hemerajs/fastify-graceful-shutdown#readme, read 2026-11-23). Licence: MIT, © HemeraJs.
const fastify = require('fastify')({ logger: true })
const doSomethingAsync = async () => {}
fastify.get('/', async () => 'ok')
fastify.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 600, 'late')))

fastify.register(require('fastify-graceful-shutdown'))

fastify.after(() => {
  fastify.gracefulShutdown(async (signal) => {
    fastify.log.info('Received signal to shutdown: %s', signal)
    await doSomethingAsync()
  })
})

fastify.listen({ port: process.env.PORT || 3000 })
