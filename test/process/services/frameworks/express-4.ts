// A new service with Express 4.
import type express from 'express'
import { createRequire } from 'node:module'
import { createService } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'

const require = createRequire(import.meta.url)
const express4 = require('express-4') as typeof express

const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
service.listener('http', {
  host: '127.0.0.1',
  start() {
    const app = express4()
    app.get('/slow/:ms', (request, response) => {
      console.error('slow began')
      setTimeout(() => response.send('slow'), Number(request.params.ms))
    })
    return fromExpress(app)
  },
})
await service.run()
