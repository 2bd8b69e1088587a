import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { BURN_BEGAN, BURN_ENDED } from '../../../src/trial/history/marks/growth.ts'
import LEAK_04 from '../../../src/trial/trials/LEAK-04.ts'
import { judge as judgeWith, makeFacts, makeLifetime, makeRequest } from '../samples.ts'

const MIB = 1024 * 1024
const limited = (changes: Partial<Facts> = {}) =>
  makeFacts({ memoryLimitBytes: { value: 512 * MIB, origin: 'manifest' }, ...changes })
const judge = (events: readonly HistoryEvent[], facts = limited()) =>
  judgeWith(LEAK_04, [makeLifetime(events, { voyage: 'growth' })], facts)

/** 12 s of a burn, with so much memory after so many milliseconds. */
function burn(mibAt: (ms: number) => number, everyMs = 5): HistoryEvent[] {
  const events: HistoryEvent[] = [
    { kind: 'mark', at: 1000, name: BURN_BEGAN, data: {} },
    { kind: 'mark', at: 13_000, name: BURN_ENDED, data: {} },
  ]
  for (let at = 1000; at < 13_000; at += everyMs) events.push(makeRequest({ id: at, at, load: 'burn' }))
  for (let at = 1000; at < 13_000; at += 400)
    events.push({
      kind: 'reading',
      at,
      rssBytes: mibAt(at - 1000) * MIB,
      cpuMs: 0,
      openFileCount: 20,
      threadCount: 7,
      processCount: 1,
    })
  return events
}

test('a plateau below nine tenths of the limit passes, and says how much it is', () => {
  const verdict = judge(burn((ms) => Math.min(460, ms / 10)))
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    says: 'Under load it took 460 MiB, 89.8 % of its limit of 512 MiB; 460 MiB at most.',
    notes: [],
  })
})

test('a plateau above nine tenths of the limit fails', () => {
  const verdict = judge(burn((ms) => Math.min(462, ms / 10)))
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: 'Under load it took 462 MiB, 90.2 % of its limit of 512 MiB.',
  })
  expect(verdict.evidence[0]?.seen).toEqual({ lifetime: 0, from: 1000, to: 13_000 })
})

test('a single peak above the limit fails', () => {
  const verdict = judge(burn((ms) => (ms === 800 ? 520 : 100)))
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: 'At its highest it took 520 MiB, 101.6 % of its limit of 512 MiB.',
  })
  expect(judge(burn((ms) => (ms === 800 ? 510 : 100))).outcome).toBe('PASS')
})

test.each<[string, Partial<Facts>, string]>([
  ['GOMEMLIMIT', { env: { GOMEMLIMIT: '2GiB' } }, 'GOMEMLIMIT in the environment allows 2 GiB'],
  ['-Xmx', { command: ['java', '-Xmx1g', '-jar', 'shop.jar'] }, '-Xmx in the command allows 1 GiB'],
  ['-Xmx of a variable', { env: { JAVA_TOOL_OPTIONS: '-Xms1m -Xmx600M' } }, '-Xmx in JAVA_TOOL_OPTIONS allows 600 MiB'],
  [
    '--max-old-space-size',
    { env: { NODE_OPTIONS: '--max-old-space-size=4096' } },
    '--max-old-space-size in NODE_OPTIONS allows 4 GiB',
  ],
])('%s above the limit fails, whatever memory was taken', (_name, changes, says) => {
  expect(
    judge(
      burn(() => 100),
      limited(changes),
    ),
  ).toMatchObject({
    outcome: 'FAIL',
    says: `${says}, and the memory limit is 512 MiB.`,
  })
  expect(judge([], limited(changes)).outcome).toBe('FAIL')
})

test('a flag in the command of what was started fails as well', () => {
  const child: HistoryEvent = {
    kind: 'process-seen',
    at: 10,
    pid: 2,
    parentPid: 1,
    command: 'node --max-old-space-size 4096 server.js',
  }
  expect(judge([...burn(() => 100), child]).says).toContain('in the command of what it started allows 4 GiB')
})

test.each<[Partial<Facts>, number]>([
  [{ env: { GOMEMLIMIT: '400MiB' } }, 0],
  [{ env: { GOMEMLIMIT: 'off' } }, 0],
  [{ env: { NODE_OPTIONS: '--max-old-space-size=512' } }, 1],
])('a flag within the limit passes, with a note when it leaves next to nothing: %j', (changes, notes) => {
  const verdict = judge(
    burn(() => 100),
    limited(changes),
  )
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes).toHaveLength(notes)
})

test('without load, without readings and without a burn nobody can tell', () => {
  expect(judge(burn(() => 100, 20)).says).toContain('600 requests were answered')
  expect(judge(burn(() => 100).filter(({ kind }) => kind !== 'reading')).says).toContain('memory was read 0 times')
  expect(judge([]).outcome).toBe('INCONCLUSIVE')
  expect(judgeWith(LEAK_04, [], limited()).outcome).toBe('INCONCLUSIVE')
})

test('without a limit there is nothing to try', () => {
  expect(LEAK_04.skipBecause?.(makeFacts())).toContain('--memory-limit')
  expect(LEAK_04.skipBecause?.(limited())).toBeUndefined()
})
