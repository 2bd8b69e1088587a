import { expect, test } from 'vitest'
import type { Flusher } from '../../src/core/final-flush.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { flushAll } from '../../src/lifecycle/flush-phase.ts'

const never = new Promise<never>(() => {})
const complete = { complete: true, details: { delivered: 3 } }

function flusher(name: string, flush: Flusher['flush']): Flusher {
  return { name, flush }
}

test('every flusher is told the slice, and what it returns is the report', async () => {
  const told: number[] = []
  const telemetry = flusher('telemetry', async (limitMs) => {
    told.push(limitMs)
    return complete
  })
  expect(await flushAll(new ManualClock(), [telemetry], 4000)).toEqual({ telemetry: complete })
  expect(told).toEqual([4000])
})

test('all of them flush at once: two that need the whole slice both end in it', async () => {
  const clock = new ManualClock()
  const slow = async () => {
    await sleep(clock, 90)
    return complete
  }
  const outcome = flushAll(clock, [flusher('a', slow), flusher('b', slow)], 100)
  await clock.advance(90)
  expect(await outcome).toEqual({ a: complete, b: complete })
})

test('one that hangs is given up at the end of the slice, and the others are not affected', async () => {
  const clock = new ManualClock()
  const outcome = flushAll(clock, [flusher('hangs', () => never), flusher('telemetry', async () => complete)], 100)
  let ended = false
  void outcome.then(() => (ended = true))
  await clock.advance(99)
  expect(ended).toBe(false)
  await clock.advance(1)
  expect(await outcome).toEqual({
    hangs: { complete: false, details: { problem: 'did not end in its slice' } },
    telemetry: complete,
  })
  expect(clock.pending).toBe(0)
})

test.each([
  ['rejects', () => Promise.reject(new Error('disk full'))],
  [
    'throws',
    () => {
      throw new Error('disk full')
    },
  ],
])('one that %s, although it must not, is reported and does no harm', async (_how, flush) => {
  const outcome = await flushAll(
    new ManualClock(),
    [flusher('bad', flush), flusher('telemetry', async () => complete)],
    100,
  )
  expect(outcome).toEqual({ bad: { complete: false, details: { problem: 'disk full' } }, telemetry: complete })
})

test('a rejection with something that has no text does no harm either', async () => {
  const odd: unknown = Object.create(null)
  const outcome = await flushAll(new ManualClock(), [flusher('odd', () => Promise.reject(odd))], 100)
  expect(outcome['odd']?.complete).toBe(false)
})

test('two of one name are both in the report: neither can hide the loss of the other', async () => {
  const lost = { complete: false, details: { dropped: 7 } }
  const twins = [flusher('telemetry', async () => lost), flusher('telemetry', async () => complete)]
  expect(Object.values(await flushAll(new ManualClock(), twins, 100))).toEqual([lost, complete])
})

test('with nothing to flush, it is over at once', async () => {
  expect(await flushAll(new ManualClock(), [], 100)).toEqual({})
})
