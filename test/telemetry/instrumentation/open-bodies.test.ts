import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { OpenBodies } from '../../../src/telemetry/instrumentation/open-bodies.ts'
import { deliverSpans, startServer, startTelemetry } from '../telemetry-fixture.ts'

test('a body that nobody reads is given up after half a minute, once', async () => {
  const clock = new ManualClock()
  const bodies = new OpenBodies(clock)
  let given = 0
  bodies.watch({ giveUp: () => given++ })

  await clock.advance(29_999)
  expect(given).toBe(0)
  await clock.advance(10_000)
  expect(given).toBe(1)
  await clock.advance(100_000)
  expect(given).toBe(1)
})

test('a body that came in time is forgotten, and without any body no timer is left', async () => {
  const clock = new ManualClock()
  const bodies = new OpenBodies(clock)
  let given = 0
  const body = { giveUp: () => given++ }
  bodies.watch(body)
  bodies.forget(body)

  await clock.advance(60_000)
  expect(given).toBe(0)
  expect(clock.pending).toBe(0)
})

test('a request whose body is never read ends its span when its headers came', async () => {
  const clock = new ManualClock()
  await using started = await startTelemetry({ clock })
  await using server = await startServer((_request, response) => response.write('never ends'))

  const answer = await fetch(server.url)
  expect(started.telemetry.account().traces.created).toBe(0)
  const haveHeadersAt = Date.now()
  // Long enough to tell the two moments apart on a clock of milliseconds.
  while (Date.now() < haveHeadersAt + 50);
  await clock.advance(40_000)

  expect(started.telemetry.account().traces.created).toBe(1)
  const [span] = await deliverSpans(started, 1)
  expect(Number((span?.endTimeUnixNano ?? 0n) / 1_000_000n)).toBeLessThan(haveHeadersAt + 40)
  await answer.body?.cancel()
  expect(started.telemetry.account().traces.created).toBeLessThanOrEqual(2)
})
