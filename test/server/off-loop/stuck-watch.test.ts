import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookEveryMs, StuckWatch } from '../../../src/server/off-loop/stuck-watch.ts'

test('a loop is stuck when it has not turned for the whole limit, and not a look sooner', () => {
  const watch = new StuckWatch(10_000, 7, 0)
  for (let at = 250; at < 10_000; at += 250) expect(watch.look(7, at)).toBe('turning')
  expect(watch.look(7, 10_000)).toBe('stuck')
  expect(watch.stillMs).toBe(10_000)
})

test('one turn is enough to be well again', () => {
  const watch = new StuckWatch(500, 0, 0)
  for (let at = 25; at <= 600; at += 25) watch.look(0, at)
  expect(watch.look(0, 625)).toBe('stuck')
  expect(watch.look(1, 650)).toBe('turning')
  expect(watch.stillMs).toBe(0)
})

test('a process that was stopped for an hour was not stuck', () => {
  const watch = new StuckWatch(10_000, 0, 0)
  watch.look(0, 250)
  expect(watch.look(0, 3_600_250)).toBe('turning')
  expect(watch.stillMs).toBe(250 + 2 * lookEveryMs(10_000))
})

test('whatever the looks and turns, a loop is only stuck after as much time without a turn', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 2000 }), turns: fc.integer({ min: 0, max: 1 }) })
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 20_000 }), fc.array(step, { maxLength: 200 }), (limitMs, steps) => {
      const watch = new StuckWatch(limitMs, 0, 0)
      let [now, turns, turnedAt, tooSoon] = [0, 0, 0, 0]
      for (const { afterMs, turns: more } of steps) {
        now += afterMs
        turns += more
        if (more > 0) turnedAt = now
        if (watch.look(turns, now) === 'stuck' && now - turnedAt < limitMs) tooSoon++
      }
      expect(tooSoon).toBe(0)
    }),
  )
})
