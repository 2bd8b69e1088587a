import { expect, test } from 'vitest'
import { Jittered } from '../../../src/server/shedding/jittered.ts'

function drawn(minSeconds: number, maxSeconds: number): readonly number[] {
  let random = 0
  const jittered = new Jittered(
    { minSeconds, maxSeconds },
    () => random,
    (seconds) => seconds,
  )
  const all = new Set<number>()
  for (let draw = 0; draw < 1000; draw++) {
    random = draw / 1000
    all.add(jittered.pick())
  }
  return [...all]
}

test('every second of a range comes, the first and the last among them', () => {
  expect(drawn(1, 5)).toEqual([1, 2, 3, 4, 5])
  expect(drawn(7, 7)).toEqual([7])
})

test('of a long range, as many as are kept, from its beginning to its end', () => {
  const all = drawn(10, 3600)
  expect(all).toHaveLength(32)
  expect([all[0], all.at(-1)]).toEqual([10, 3600])
  expect(all).toEqual(all.toSorted((a, b) => a - b))
})
