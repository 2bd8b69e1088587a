// Source: README of close-with-grace 2.5.0, "Example with Fastify"
// (https://github.com/mcollina/close-with-grace#readme, read 2026-11-23). Licence: MIT, © Matteo Collina.
import fastify from 'fastify'
import closeWithGrace from 'close-with-grace'

const app = fastify()
app.get('/', async () => 'ok')
app.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 600, 'late')))

closeWithGrace(async function ({ signal, err, manual }) {
  if (err) {
    app.log.error({ err }, 'server closing with error')
  } else {
    app.log.info(`${signal} received, server closing`)
  }
  await app.close()
})

await app.listen({ port: process.env.PORT || 3000 })
