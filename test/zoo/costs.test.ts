import { expect, test } from 'vitest'
import { describeCosts } from '../../zoo/runner/costs.ts'

const run = (tookMs: number) => ({ verdicts: {}, tookMs })

test('it says where the time went, the dearest first', () => {
  const tried = [
    { animal: 'cheap', runs: [run(4000)] },
    { animal: 'dear', runs: [run(20_000), run(10_000)] },
  ]
  expect(describeCosts(tried)).toEqual(['34 s in sum; most for dear 30 s, cheap 4 s'])
})

test('where nothing was tried there is nothing to say', () => {
  expect(describeCosts([])).toEqual([])
})
