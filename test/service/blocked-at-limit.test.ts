import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { gate, quietService } from './open-service.ts'

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
  const finishing = setInterval(() => {
    if (service.state !== 'stopping') return
    clearInterval(finishing)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, inFlightMs * 2)
  }, 1)
  const report = await stopped
  expect(report.aborted).toEqual([expect.stringMatching(/^api: GET \/ after /)])
  expect(report.figures['api']).toMatchObject({ cut: 1 })
  expect(report.clean).toBe(false)
  expect(await answer).toBe('cut')
})
