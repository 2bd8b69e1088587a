// An application that was there before: it listens by itself, answers, and has its own idea of everything. The last
// lines attach it. It writes what happens to standard error.
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

const { WHEN = 'listening', DRAIN = '100ms' } = process.env

const server = createServer((request, response) => {
  const waitMs = Number(new URL(request.url ?? '', 'http://attached').searchParams.get('waitMs') ?? 0)
  console.error(`request ${request.url}`)
  void wait(waitMs).then(() => response.end(`answered after ${waitMs}`))
})
if (WHEN !== 'never') server.listen(0, '127.0.0.1')
if (WHEN === 'listening') await new Promise((resolve) => server.once('listening', resolve))
if (WHEN === 'serving') {
  // A request arrives, and is in flight, before anybody knows of this server.
  await new Promise((resolve) => server.once('listening', resolve))
  console.error(`serving on ${(server.address() as { port: number }).port}`)
  await new Promise((resolve) => server.once('request', resolve))
}

const { attach, createService } = await import('seaworthy')
const service = createService({
  name: 'attached',
  admin: { host: '127.0.0.1' },
  shutdown: { drainDelay: DRAIN, inFlight: '3s', stop: '600ms', flush: '1s', margin: '300ms', crash: '1s' },
})
attach(service, server, { startTimeout: '1s' })
await service.run()
