import { expect, test } from 'vitest'
import { laneCount, makespanMs, takeNext } from '../../src/trial/company.ts'
import type { Leg } from '../../src/trial/leg.ts'
import { makeVoyage } from './run-samples.ts'
import { makeFacts } from './samples.ts'

const leg = (id: string, estimateMs: number, sailsInCompany = true): Leg => ({
  voyage: makeVoyage({ id, sailsInCompany }),
  trials: [],
  estimateMs,
})

test('several voyages sail at a time where copies of the service bear each other and there is more than one processor', () => {
  const machine = (processorCount: number) => ({ isLinux: true, hasPidNamespaces: true, processorCount })
  expect(laneCount(makeFacts({ standsBeside: true, machine: machine(2) }))).toBe(3)
  expect(laneCount(makeFacts({ standsBeside: true, machine: machine(16) }))).toBe(4)
  expect(laneCount(makeFacts({ standsBeside: true, machine: machine(1) }))).toBe(1)
  expect(laneCount(makeFacts({ standsBeside: false, machine: machine(4) }))).toBe(1)
  expect(laneCount(makeFacts({ machine: machine(4) }))).toBe(1)
})

test('the first lane takes them in their order, the other the longest', () => {
  const waiting = [leg('a', 3), leg('b', 1), leg('c', 9), leg('d', 2)]
  expect([takeNext(waiting, 0), takeNext(waiting, 1), takeNext(waiting, 0)].map((each) => each?.voyage.id)).toEqual([
    'a',
    'c',
    'b',
  ])
  expect(takeNext(waiting, 1)?.voyage.id).toBe('d')
  expect(takeNext(waiting, 1)).toBeUndefined()
  expect(takeNext(waiting, 0)).toBeUndefined()
})

test('together they take as long as the longer lane, and what sails alone takes its time besides', () => {
  const legs = [leg('a', 3), leg('b', 1), leg('c', 9), leg('d', 2), leg('alone', 10, false)]
  expect(makespanMs(legs, 1)).toBe(25)
  expect(makespanMs(legs, 2)).toBe(9 + 10)
  expect(makespanMs([], 2)).toBe(0)
})
