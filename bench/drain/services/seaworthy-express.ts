import express from 'express'
import { createService } from 'seaworthy'
import { HOST, PORT, work } from './work.ts'

const app = express()
app.get('/work/:ms', (request, response, next) => {
  work(request.params.ms).then((answer) => response.json(answer), next)
})

const service = createService({ name: 'bench' })
service.listener('web', { port: PORT, host: HOST, start: () => app })
await service.run()
