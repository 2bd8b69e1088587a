import { expect, test } from 'vitest'
import { describeCosts } from '../../zoo/runner/costs.ts'

const run = (tookMs: number, ...voyages: readonly number[]) => ({
  verdicts: {},
  tookMs,
  voyageMs: Object.fromEntries(voyages.map((ms, index) => [`voyage ${index}`, ms])),
})

test('it says where the time went, the dearest first', () => {
  const tried = [
    { animal: 'cheap', runs: [run(4000, 1000)] },
    { animal: 'dear', runs: [run(20_000, 10_000, 5000), run(10_000, 9000)] },
  ]
  expect(describeCosts(tried)).toEqual([
    '34 s in sum, of which 9 s to start and to survey; most for dear 30 s, cheap 4 s',
  ])
})

test('where nothing was tried there is nothing to say', () => {
  expect(describeCosts([])).toEqual([])
})
