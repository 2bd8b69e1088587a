// A service for every kind of client: one that waits, one that stands still in the middle, one that goes on for ever.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import { createService, signalOf } from 'seaworthy'

const { DRAIN = '300ms', IN_FLIGHT = '1500ms', CRASH = '1s', KEY = '', CERT = '' } = process.env
const MIB = 1024 * 1024

const service = createService({
  name: 'everyone',
  telemetry: false,
  admin: { host: '127.0.0.1' },
  shutdown: { drainDelay: DRAIN, inFlight: IN_FLIGHT, stop: '500ms', flush: '500ms', margin: '300ms', crash: CRASH },
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://everyone')
  const ms = Number(searchParams.get('ms') ?? 0)
  console.error(`request ${pathname}`)
  switch (pathname) {
    case '/slow':
      await wait(ms)
      break
    case '/echo':
      for await (const chunk of request) response.write(chunk)
      response.end()
      return
    case '/big':
      response.end(Buffer.alloc(32 * MIB, 'x'))
      return
    case '/hang':
      await new Promise(() => {})
      break
    case '/polite':
      await wait(60_000, undefined, { signal: signalOf(request) }).catch(() => {})
      response.statusCode = 503
      break
    case '/block': {
      const until = performance.now() + ms
      while (performance.now() < until);
      break
    }
    case '/crash':
      setTimeout(() => {
        throw new Error('nobody caught this')
      }, ms)
      break
    case '/events':
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let event = 0; !response.destroyed; event++) {
        response.write(`data: ${event}\n\n`)
        await wait(20)
      }
      return
  }
  response.end(`answer of ${pathname}`)
}

service.listener('http', {
  host: '127.0.0.1',
  start() {
    const server = createServer((request, response) => void answer(request, response))
    // Longer than any shutdown: Fastify's default, which once made its close last 72 s.
    server.keepAliveTimeout = 72_000
    return server
  },
})
if (KEY !== '')
  service.listener('https', {
    host: '127.0.0.1',
    start: () => createTlsServer({ key: KEY, cert: CERT }, (request, response) => void answer(request, response)),
  })

await service.run()
