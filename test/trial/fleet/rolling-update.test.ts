import { expect, test } from 'vitest'
import { type ActivePod, planScaling } from '../../../src/trial/fleet/rolling-update.ts'

function pods(revision: 'old' | 'new', availability: readonly boolean[]): ActivePod[] {
  return availability.map((isAvailable, index) => ({
    name: `${revision}-${index + 1}`,
    revision,
    isAvailable,
    createdAt: index,
    restartCount: 0,
    ...(isAvailable ? { readySince: 100 + index } : {}),
  }))
}

const SURGE_ONE = { replicas: 3, maxSurge: 1, maxUnavailable: 0 }

test('a rollout begins with new pods as far as the surge goes, and removes none meanwhile', () => {
  expect(planScaling(SURGE_ONE, pods('old', [true, true, true]), 'new')).toEqual({ create: 1, remove: [] })
})

test('no old pod goes before the new one is available', () => {
  const old = pods('old', [true, true, true])
  expect(planScaling(SURGE_ONE, [...old, ...pods('new', [false])], 'new')).toEqual({ create: 0, remove: [] })
  expect(planScaling(SURGE_ONE, [...old, ...pods('new', [true])], 'new')).toEqual({ create: 0, remove: ['old-3'] })
})

test('when one may be missing, an old one goes at once', () => {
  const strategy = { replicas: 3, maxSurge: 0, maxUnavailable: 1 }
  expect(planScaling(strategy, pods('old', [true, true, true]), 'new')).toEqual({ create: 0, remove: ['old-3'] })
})

test('a strategy that allows neither more nor fewer lets one be missing, as Kubernetes does', () => {
  const strategy = { replicas: 3, maxSurge: 0, maxUnavailable: 0 }
  expect(planScaling(strategy, pods('old', [true, true, true]), 'new')).toEqual({ create: 0, remove: ['old-3'] })
})

test('an old pod that does not work goes first', () => {
  const old = pods('old', [false, true, true])
  expect(planScaling(SURGE_ONE, [...old, ...pods('new', [true])], 'new').remove).toEqual(['old-1'])
})

test('of pods that work, the one that became ready last goes first', () => {
  const strategy = { replicas: 3, maxSurge: 3, maxUnavailable: 0 }
  const all = [...pods('old', [true, true, true]), ...pods('new', [true, true, false])]
  expect(planScaling(strategy, all, 'new').remove).toEqual(['old-3', 'old-2'])
})

test('nothing happens when all pods are of the version that is wanted', () => {
  expect(planScaling(SURGE_ONE, pods('new', [true, true, true]), 'new')).toEqual({ create: 0, remove: [] })
})

test('what is too many of the version that is wanted goes', () => {
  expect(planScaling(SURGE_ONE, pods('new', [true, true, true, true]), 'new')).toEqual({ create: 0, remove: ['new-4'] })
})
