import fc from 'fast-check'
import { expect, test } from 'vitest'
import { supervise, type Told } from './supervise.ts'

const NAMES = ['a', 'b', 'c', 'd'] as const

test('whatever fails in a group, and when: no task runs twice at once, what runs again does so in order, and the service ends at most once', async () => {
  const steps = fc.array(
    fc.record({ task: fc.constantFrom(...NAMES), waitMs: fc.constantFrom(0, 1, 50, 300, 1_000, 20_000) }),
    { minLength: 1, maxLength: 25 },
  )
  const strategy = fc.constantFrom('one-for-one' as const, 'rest-for-one' as const)
  // How long each takes to heed its signal; the last of these is beyond its limit.
  const heeds = fc.tuple(...NAMES.map(() => fc.constantFrom(0, 1, 200, 2_000)))
  // What each needs comes up in its own time, and what runs by then may have failed.
  const starts = fc.tuple(...NAMES.map(() => fc.record({ waitMs: fc.constantFrom(0, 50, 300), fails: fc.boolean() })))
  await fc.assert(
    fc.asyncProperty(steps, strategy, heeds, starts, async (told, how, heedMs, begun) => {
      const fails = new Map<string, (error: Error) => void>()
      const running = new Map<string, number>()
      let atOnce = 0
      const group = { name: 'chain', strategy: how, maxRestarts: 4, withinMs: 10_000 }
      const tasks = NAMES.map((name, index): [string, Told] => [
        name,
        {
          group,
          abortLimitMs: 1_000,
          backoff: { initialMs: 100, maxMs: 400 },
          run: ({ signal }) => {
            running.set(name, (running.get(name) ?? 0) + 1)
            atOnce = Math.max(atOnce, running.get(name) ?? 0)
            // Whoever runs in a chain runs on those before it.
            if (how === 'rest-for-one') {
              for (const before of NAMES.slice(0, index)) expect(running.get(before)).toBe(1)
            }
            return new Promise<void>((resolve, reject) => {
              const end = (then: () => void): void => {
                running.set(name, (running.get(name) ?? 0) - 1)
                fails.delete(name)
                then()
              }
              fails.set(name, (error) => end(() => reject(error)))
              signal.addEventListener('abort', () => {
                fails.delete(name)
                supervised.clock.schedule(heedMs[index] ?? 0, () => end(resolve))
              })
            })
          },
        },
      ])
      const supervised = supervise(Object.fromEntries(tasks))
      for (const [index, name] of NAMES.entries()) {
        supervised.of(name).start()
        if (begun[index]?.fails === true) fails.get(name)?.(new Error('broken at the start'))
        await supervised.clock.advance(begun[index]?.waitMs ?? 0)
      }
      for (const { task, waitMs } of told) {
        fails.get(task)?.(new Error('broken'))
        await supervised.clock.advance(waitMs)
      }
      await supervised.clock.advance(60_000)
      expect(atOnce).toBe(1)
      expect(supervised.ends.length).toBeLessThanOrEqual(1)
      if (supervised.ends.length === 0) {
        expect(NAMES.map((name) => running.get(name))).toEqual([1, 1, 1, 1])
        expect(supervised.degraded.size).toBe(0)
      }
      await supervised.stop()
      await supervised.clock.advance(10_000)
      expect(NAMES.map((name) => running.get(name) ?? 0)).toEqual([0, 0, 0, 0])
      expect(supervised.clock.pending).toBe(0)
    }),
    { numRuns: 100 },
  )
})
