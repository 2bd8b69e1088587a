import { createServer } from 'node:http'
import type { Service, Work } from 'seaworthy'
import { expect, test } from 'vitest'
import { gate, quietService } from './open-service.ts'

function blockWhileFinishing(service: Service, ms: number): void {
  const finishing = setInterval(() => {
    if (service.state !== 'stopping') return
    clearInterval(finishing)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  }, 1)
}

/** Longer than the time between the hard limit and the end of the slice. */
const HEAD_START_MS = 100

// Node calls timers list by list, one for each duration: with an older one of the same duration, the end of the slice is
// called before the hard limit, though that was due earlier.
test.each([
  ['', 0],
  [' beside a timer of the application with the very duration of the slice', HEAD_START_MS],
])('an event loop that is blocked until the slice is over%s costs no name of what was cut', async (_, headStartMs) => {
  const inFlightMs = 400
  const arrived = gate()
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: inFlightMs, stop: 500, flush: 500 } })
  const handle = service.listener('api', { port: 0, start: () => createServer(() => arrived.resolve()) })
  await service.start()
  const answer = fetch(service.address(handle)?.url ?? '').catch(() => 'cut')
  await arrived.promise
  if (headStartMs > 0) {
    setTimeout(() => {}, inFlightMs)
    await new Promise((resolve) => setTimeout(resolve, headStartMs))
  }
  const stopped = service.stop()
  blockWhileFinishing(service, inFlightMs * 2)
  const report = await stopped
  expect(report.aborted).toEqual([expect.stringMatching(/^api: GET \/ after /)])
  expect(report.figures['api']).toMatchObject({ cut: 1 })
  expect(report.clean).toBe(false)
  expect(await answer).toBe('cut')
})

test('nor of a job or of work in the background that is abandoned', async () => {
  const inFlightMs = 400
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: inFlightMs, stop: 500, flush: 500 } })
  let work: Work | undefined
  service.consumer('mail', { start: (context) => void (work = context.work), pause: () => {} })
  await service.start()
  const never = (): Promise<void> => new Promise(() => {})
  void work?.run('letter', never)
  void service.background('receipt', never)
  const stopped = service.stop()
  blockWhileFinishing(service, inFlightMs * 2)
  const report = await stopped
  expect(report.aborted.toSorted()).toEqual([
    expect.stringMatching(/^background: receipt after /),
    expect.stringMatching(/^mail: letter after /),
  ])
  expect(report.figures).toMatchObject({ mail: { abandoned: 1 }, background: { abandoned: 1 } })
})
