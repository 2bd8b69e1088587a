import express from 'express'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/express'
import { events, HOST, PORT, work } from './work.ts'

const app = express()
app.get('/wait/:ms', (request, response, next) => {
  work(request.params.ms).then((answer) => response.json(answer), next)
})
app.get('/events', (_request, response) => events(response))

const service = createService({ name: 'bench' })
attach(service, app, { port: PORT, host: HOST })
await service.run()
