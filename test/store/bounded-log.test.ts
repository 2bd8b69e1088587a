import { expect, test } from 'vitest'
import { BoundedLog } from '../../src/store/bounded-log.ts'
import { collectGarbage } from './collect-garbage.ts'

test('the newest item stays although it alone is larger than all bytes allowed', () => {
  const log = new BoundedLog<string>({ maxItems: 10, maxBytes: 100 })
  log.push('small', 10)
  log.push('huge', 1000)
  expect([...log]).toEqual(['huge'])
  log.push('next', 1)
  expect([...log]).toEqual(['next'])
})

test('an evicted item can be collected at once, before the space of its slot is given back', async () => {
  const log = new BoundedLog<object>({ maxItems: 1, maxBytes: 100 })
  const first = new WeakRef(pushNew(log))
  log.push({}, 1)
  await collectGarbage()
  expect(first.deref()).toBeUndefined()
})

test('clearing forgets the items and keeps the count of evictions', () => {
  const log = new BoundedLog<number>({ maxItems: 2, maxBytes: 100 })
  for (const item of [1, 2, 3]) log.push(item, 5)
  log.clear()
  expect([[...log], log.count, log.bytes, log.evicted]).toEqual([[], 0, 0, 1])
  log.push(4, 7)
  expect([[...log], log.bytes]).toEqual([[4], 7])
})

// In a function of its own, so that no variable of the test keeps the item alive.
function pushNew(log: BoundedLog<object>): object {
  const item = {}
  log.push(item, 1)
  return item
}
