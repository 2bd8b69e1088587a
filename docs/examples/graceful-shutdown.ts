// Graceful shutdown alone, in the order of the handlers. This copy shuts down by itself; yours waits for a signal.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { GracefulShutdown, type ShutdownHandlerContext } from 'seaworthy'

const server = createServer((_request, response) => void setTimeout(() => response.end('ok'), 50)).listen(0)
const pool = { end: async () => {} }
const lameDuckMs = 100 // in a pod: 5_000

// #region register
const shutdown = new GracefulShutdown({ timeout: '20s' })
  .register({ name: 'http', order: 1, handler: closeServer })
  .register({ name: 'database', order: 2, handler: () => pool.end() })

async function closeServer({ signal }: ShutdownHandlerContext): Promise<void> {
  // From now on each answer is the last one of its connection, or a client that goes on asking would be served for ever.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
  // Requests are still on their way while load balancers hear that there should be no more.
  await sleep(lameDuckMs, undefined, { signal }).catch(() => {})
  const idle = setInterval(() => server.closeIdleConnections(), 250)
  const cut = (): void => server.closeAllConnections() // the time is over
  signal.addEventListener('abort', cut, { once: true })
  try {
    await new Promise((resolve) => void server.close(resolve))
  } finally {
    clearInterval(idle)
    signal.removeEventListener('abort', cut)
  }
}
// #endregion register

const { port } = server.address() as AddressInfo
const inFlight = fetch(`http://127.0.0.1:${port}`)
const report = await shutdown.shutdown() // await shutdown.waitForShutdown() in a program
const answer = await inFlight
if (!report.clean || (await answer.text()) !== 'ok') throw new Error('not clean')
