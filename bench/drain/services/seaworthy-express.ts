import express from 'express'
import { createService } from 'seaworthy'
import { HOST, PORT, work } from './work.ts'

const app = express()
app.get('/work/:ms', async (request, response) => {
  response.json(await work(request.params.ms))
})

const service = createService({ name: 'bench' })
service.listener('web', { port: PORT, host: HOST, start: () => app })
await service.run()
