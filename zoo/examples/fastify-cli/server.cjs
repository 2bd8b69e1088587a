// Source: fastify-cli 8.0.2, templates/eject/server.js, which `fastify eject` writes
// (https://github.com/fastify/fastify-cli/blob/v8.0.2/templates/eject/server.js, read 2026-11-23). Licence: MIT, © Tomas Della Vedova and the Fastify team.
'use strict'

// Read and load environment variables from .env files (ignore if not present)
try {
  process.loadEnvFile()
} catch {}

// Require the framework
const Fastify = require('fastify')

// Require library to exit fastify process, gracefully (if possible)
const closeWithGrace = require('close-with-grace')

// Instantiate Fastify with some config
const app = Fastify({
  logger: true
})

// Register your application as a normal plugin
const appService = require('./app.cjs')
app.register(appService)

// delay is the number of milliseconds for the graceful close to finish
closeWithGrace({ delay: process.env.FASTIFY_CLOSE_GRACE_DELAY || 500 }, async function ({ signal, err, manual }) {
  if (err) {
    app.log.error(err)
  }
  await app.close()
})

// Start listening
app.listen({ port: process.env.PORT || 3000 }, (err) => {
  if (err) {
    app.log.error(err)
    process.exit(1)
  }
})
