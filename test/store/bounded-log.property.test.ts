import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedLog } from '../../src/store/bounded-log.ts'

test('whatever is pushed: the newest stay in order, the bounds hold, and what left left oldest first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 50 }), { maxLength: 3000, size: 'max' }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 400 }),
      (sizes, maxItems, maxBytes) => {
        const evicted: number[] = []
        const log = new BoundedLog<number>({ maxItems, maxBytes }, (item) => evicted.push(item))
        for (const [index, bytes] of sizes.entries()) log.push(index, bytes)

        const kept = [...log]
        expect([...evicted, ...kept]).toEqual([...sizes.keys()])
        expect(log.count).toBe(kept.length)
        expect(log.evicted).toBe(evicted.length)
        expect(log.count).toBeLessThanOrEqual(maxItems)
        expect(log.bytes).toBe(kept.reduce((sum, item) => sum + (sizes[item] ?? 0), 0))
        // Only a single item may be larger than all the bytes allowed.
        expect(log.bytes <= maxBytes || log.count === 1).toBe(true)
        // Nothing left without need: with the last one that left, a bound would be broken.
        const last = evicted.at(-1)
        if (last !== undefined) {
          expect(log.count + 1 > maxItems || log.bytes + (sizes[last] ?? 0) > maxBytes).toBe(true)
        }
      },
    ),
    { numRuns: 60 },
  )
})
