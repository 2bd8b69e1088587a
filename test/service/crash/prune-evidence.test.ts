import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pruneEvidence } from '../../../src/service/crash/prune-evidence.ts'
import { temporaryFolder } from './temporary-folder.ts'

const NOW_S = 1_790_000_000

function put(path: string, name: string, { ageS = 0, bytes = 10 } = {}): void {
  const file = join(path, name)
  writeFileSync(file, 'x'.repeat(bytes))
  utimesSync(file, NOW_S - ageS, NOW_S - ageS)
}

const idOf = (number: number): string => `${number}-${String(number).padStart(12, '0')}`

test('the newest processes are kept whole, the others go whole', async () => {
  const path = temporaryFolder()
  for (let number = 1; number <= 5; number++) {
    put(path, `uncaught-${idOf(number)}.json`, { ageS: number * 60 })
    put(path, `report-${idOf(number)}.json`, { ageS: number * 60 + 1 })
  }
  await pruneEvidence(path, { keep: 2, maxBytes: 1e9 })
  expect(readdirSync(path).toSorted()).toEqual(
    [1, 2].flatMap((number) => [`report-${idOf(number)}.json`, `uncaught-${idOf(number)}.json`]).toSorted(),
  )
})

test('what is too much for all of them goes, but never what the last one has left', async () => {
  const path = temporaryFolder()
  put(path, `heap-${idOf(1)}-1.heapsnapshot`, { bytes: 5000 })
  put(path, `uncaught-${idOf(2)}.json`, { ageS: 10 })
  await pruneEvidence(path, { keep: 10, maxBytes: 1000 })
  expect(readdirSync(path)).toEqual([`heap-${idOf(1)}-1.heapsnapshot`])
})

test('marks of processes stay, unless nobody could make anything of them for a day', async () => {
  const path = temporaryFolder()
  put(path, `life-${idOf(1)}.json`, { ageS: 3600 })
  put(path, `life-${idOf(2)}.json`, { ageS: 25 * 3600 })
  put(path, `life-${idOf(3)}.json`)
  await pruneEvidence(path, { keep: 1, maxBytes: 1 })
  expect(readdirSync(path).toSorted()).toEqual([`life-${idOf(1)}.json`, `life-${idOf(3)}.json`])
})

test('what else is in the folder stays', async () => {
  const path = temporaryFolder()
  mkdirSync(join(path, 'mine'))
  for (const name of ['notes.txt', 'uncaught.json', 'uncaught-1-abc.json']) put(path, name, { ageS: 1e6 })
  put(path, `stuck-${idOf(1)}-1.json`)
  await pruneEvidence(path, { keep: 1, maxBytes: 1 })
  expect(readdirSync(path)).toHaveLength(5)
})

test('whatever is there, the bounds hold for all but the newest', async () => {
  const processes = fc.array(fc.record({ ageS: fc.nat(1e6), bytes: fc.nat(2000) }), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(processes, fc.integer({ min: 1, max: 5 }), fc.nat(5000), async (left, keep, maxBytes) => {
      const path = join(temporaryFolder(), 'one')
      mkdirSync(path)
      for (const [index, each] of left.entries()) put(path, `fatal-${idOf(index + 1)}.json`, each)
      await pruneEvidence(path, { keep, maxBytes })
      const names = readdirSync(path)
      const bytes = names.map((name) => left[Number(name.split('-')[1]) - 1]?.bytes ?? 0)
      expect(names.length).toBeGreaterThanOrEqual(1)
      expect(names.length).toBeLessThanOrEqual(keep)
      const total = bytes.reduce((sum, each) => sum + each, 0)
      expect(names.length === 1 || total <= maxBytes).toBe(true)
      const youngestS = Math.min(...left.map(({ ageS }) => ageS))
      expect(names.some((name) => left[Number(name.split('-')[1]) - 1]?.ageS === youngestS)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('what a process could not finish goes after a day', async () => {
  const path = temporaryFolder()
  put(path, `uncaught-${idOf(1)}.json.new`, { ageS: 25 * 3600 })
  put(path, `uncaught-${idOf(2)}.json.new`, { ageS: 60 })
  put(path, `uncaught-${idOf(3)}.json`)
  await pruneEvidence(path, { keep: 1, maxBytes: 1 })
  expect(readdirSync(path).toSorted()).toEqual([`uncaught-${idOf(2)}.json.new`, `uncaught-${idOf(3)}.json`])
})
