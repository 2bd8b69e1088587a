import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type LoadOptions, runLoad } from '../../src/load/open-loop.ts'
import { startDrainedServer, until } from './start-server.ts'

/** 15 ms for most requests, 300 ms for every twentieth. */
async function startBusyServer() {
  return startDrainedServer((request, response) => {
    request.resume()
    setTimeout(() => response.end('hello'), request.url === '/slow' ? 300 : 15)
  })
}

function load(port: number, options: Partial<LoadOptions> = {}) {
  return runLoad({
    clock: systemClock,
    host: '127.0.0.1',
    port,
    wireDelayMs: 25,
    arrivals: { perSecond: 250 },
    maxConnections: 40,
    nextRequest: (index) =>
      index % 20 === 0 ? { path: '/slow' } : { path: '/', method: 'POST', body: 'x'.repeat(100) },
    ...options,
  })
}

const drains = [
  { name: 'every connection used in turn', drainMs: 400, options: {} },
  { name: 'the latest connection used first, so that others lie idle', drainMs: 400, options: { reuse: 'latest' } },
  { name: 'no drain delay at all', drainMs: 0, options: {} },
  { name: 'always thirty in flight', drainMs: 200, options: { arrivals: { inFlight: 30 } } },
] as const

test.each(drains)('25 ms of wire each way, $name: no request is lost', async ({ drainMs, options }) => {
  const { drain, port } = await startBusyServer()
  const result = load(port, options)
  await until(() => drain.totals.answered > 50 && drain.inFlight > 3 && drain.connections.idle > 3)
  drain.startDraining()
  await new Promise((resolve) => setTimeout(resolve, drainMs))
  const report = await drain.finish({ limitMs: 60_000 })
  const figures = await result
  expect(figures).toMatchObject({ failed: {}, failedCount: 0, stoppedBy: 'listener-closed' })
  expect(figures.answered).toBe(figures.sent)
  expect(drain.totals).toEqual({ requests: figures.sent, answered: figures.sent, clientGone: 0, cut: 0, upgraded: 0 })
  expect(report).toMatchObject({ clean: true, cutCount: 0, figures: { refused: 0 } })
})

test('the same load against close() alone loses requests, so the test above can fail', async () => {
  const { server, drain, port } = await startBusyServer()
  const result = load(port)
  await until(() => drain.totals.answered > 50 && drain.inFlight > 3 && drain.connections.idle > 3)
  drain.release()
  server.close()
  await new Promise((resolve) => setTimeout(resolve, 500))
  server.closeAllConnections()
  expect((await result).failedCount).toBeGreaterThan(0)
})
