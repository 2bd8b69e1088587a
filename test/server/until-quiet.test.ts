import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { type QuietOptions, untilQuiet } from '../../src/server/until-quiet.ts'

function waitFor(options: Partial<QuietOptions> = {}) {
  const clock = new ManualClock()
  const server = createServer()
  const wait = { isOver: false, clock, server, arrive: (event = 'connection') => server.emit(event) }
  void untilQuiet(server, { clock, quietMs: 50, lastArrivalAgoMs: 0, limitMs: 250, ...options }).then(() => {
    wait.isOver = true
  })
  return wait
}

test('it waits until nobody has connected for the whole time, however often it begins anew', async () => {
  const wait = waitFor()
  await wait.clock.advance(49)
  wait.arrive()
  await wait.clock.advance(49)
  wait.arrive('drop')
  await wait.clock.advance(49)
  expect(wait.isOver).toBe(false)
  await wait.clock.advance(1)
  expect(wait.isOver).toBe(true)
  expect(wait.clock.pending).toBe(0)
  expect(wait.server.eventNames()).toEqual([])
})

test('what was quiet before counts', async () => {
  const wait = waitFor({ lastArrivalAgoMs: 30 })
  await wait.clock.advance(19)
  expect(wait.isOver).toBe(false)
  await wait.clock.advance(1)
  expect(wait.isOver).toBe(true)
})

test('where somebody connects all the time, the limit ends it', async () => {
  const wait = waitFor()
  for (let at = 0; at < 249; at++) {
    wait.arrive()
    await wait.clock.advance(1)
  }
  expect(wait.isOver).toBe(false)
  wait.arrive()
  await wait.clock.advance(1)
  expect(wait.isOver).toBe(true)
  expect(wait.clock.pending).toBe(0)
})

test('a signal ends it at once', async () => {
  const stop = new AbortController()
  const wait = waitFor({ signal: stop.signal })
  await wait.clock.advance(10)
  stop.abort()
  await wait.clock.advance(0)
  expect(wait.isOver).toBe(true)
  expect(wait.clock.pending).toBe(0)
})

test.each([{ lastArrivalAgoMs: 50 }, { lastArrivalAgoMs: Infinity }, { limitMs: 0 }, { signal: AbortSignal.abort() }])(
  'with %o there is nothing to wait for',
  async (options) => {
    const wait = waitFor(options)
    await wait.clock.advance(0)
    expect(wait.isOver).toBe(true)
    expect(wait.server.eventNames()).toEqual([])
  },
)
