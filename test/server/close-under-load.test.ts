import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import { trackHttpServer } from '../../src/server/http-drain.ts'

/** Keeps the event loop busy, as a handler that computes does: connections then queue up faster than they are taken. */
function compute(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test(
  'clients that keep coming until the listener has closed are all answered, however busy the loop is',
  { timeout: 30_000 },
  async () => {
    const contexts = new AsyncLocalStorage<string>()
    const strayed: string[] = []
    const server = createServer((request, response) => {
      compute(3)
      if (contexts.getStore() !== request.url) strayed.push(request.url ?? '')
      response.end('ok')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const drain = trackHttpServer(server, { clock: systemClock, name: 'web' })
    // As tracing does it: Node tells of each request before it emits the event.
    const onStart = (message: unknown): void =>
      contexts.enterWith((message as { request: IncomingMessage }).request.url ?? '')
    subscribe('http.server.request.start', onStart)
    onTestFinished(() => void unsubscribe('http.server.request.start', onStart))

    const outcomes = new Map<string, number>()
    let closed = false
    const visit = async (visitor: number): Promise<void> => {
      for (let visits = 0; !closed; visits++) {
        const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port })
        if (!(await connection.connect())) {
          closed = true
          return
        }
        const { outcome } = await connection.request({
          path: `/${visitor}-${visits}`,
          headers: { Connection: 'close' },
        })
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
    }
    const visitors = Array.from({ length: 60 }, (_, visitor) => visit(visitor))
    await new Promise((resolve) => setTimeout(resolve, 300))

    drain.startDraining()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const report = await drain.finish({ limitMs: 10_000 })
    await Promise.all(visitors)

    expect([...outcomes.keys()]).toEqual(['answered'])
    expect(outcomes.get('answered')).toBeGreaterThan(60)
    expect(report.clean).toBe(true)
    expect(strayed).toEqual([])
  },
)
