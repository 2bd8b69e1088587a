// The sample with `attach()` of the README, which somebody starts with `seaworthy/register` as well.
import express from 'express'
import { createService } from 'seaworthy'
import { attach } from 'seaworthy/express'

const { WHEN = 'at once', SEAWORTHY_ADMIN_PORT: adminPort } = process.env
const app = express()
app.get('/', (request, response) => setTimeout(() => response.send('late'), Number(request.query.waitMs ?? 0)))
app.get('/hang', () => {})
process.on('SIGTERM', () => console.log('listener of the application'))

const server = app.listen(0)
if (WHEN === 'later') {
  const isReady = () =>
    fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 10))
}

const service = createService({ name: 'shop', shutdown: { drainDelay: '300ms' } })
attach(service, server)
service.task('tell', { run: () => console.log(`ready http://127.0.0.1:${server.address().port}`) })
await service.run()
