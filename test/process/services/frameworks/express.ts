// An existing application that the service takes over while it listens already.
import express from 'express'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/express'

const app = express()
app.get('/slow/:ms', (request, response) => {
  console.error('slow began')
  setTimeout(() => response.send('slow'), Number(request.params.ms))
})

const service = createService({ name: 'shop', shutdown: { drainDelay: '400ms' } })
attach(service, app.listen(0, '127.0.0.1'))
await service.run()
