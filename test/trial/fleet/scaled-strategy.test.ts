import { expect, test } from 'vitest'
import { scaledStrategy } from '../../../src/trial/fleet/scaled-strategy.ts'
import { makeFacts } from '../samples.ts'

function scaled(replicas: number, maxSurge: number, maxUnavailable: number) {
  const known = (value: number) => ({ value, origin: 'manifest' }) as const
  return scaledStrategy(
    makeFacts({ replicas: known(replicas), maxSurge: known(maxSurge), maxUnavailable: known(maxUnavailable) }),
  )
}

test('three replicas are tried as they were declared', () => {
  expect(scaled(3, 1, 0)).toEqual({ replicas: 3, maxSurge: 1, maxUnavailable: 0 })
})

test('of more, the surge is rounded up and what may be missing is rounded down, as with percentages', () => {
  expect(scaled(12, 3, 3)).toEqual({ replicas: 3, maxSurge: 1, maxUnavailable: 0 })
  expect(scaled(10, 5, 4)).toEqual({ replicas: 3, maxSurge: 2, maxUnavailable: 1 })
})

test('one alone becomes two, so that somebody can take over', () => {
  expect(scaled(1, 1, 0)).toEqual({ replicas: 2, maxSurge: 1, maxUnavailable: 0 })
})
