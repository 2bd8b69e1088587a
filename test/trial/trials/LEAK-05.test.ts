import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { IDLE_BEGAN, IDLE_ENDED } from '../../../src/trial/history/marks/idle.ts'
import LEAK_05 from '../../../src/trial/trials/LEAK-05.ts'
import { judge as judgeWith, makeFacts, makeLifetime, makeRequest } from '../samples.ts'

const GO = makeFacts({ command: ['./shop'], telemetry: { ...makeFacts().telemetry, language: 'go' } })
const judge = (events: readonly HistoryEvent[], facts = GO) =>
  judgeWith(LEAK_05, [makeLifetime(events, { voyage: 'idle' })], facts)

interface Used {
  readonly cpuMs?: number
  readonly files?: number
  readonly bytes?: number
}

const reading = (at: number, { cpuMs = 0, files = 0, bytes = 0 }: Used): HistoryEvent => ({
  kind: 'reading',
  at,
  rssBytes: 50e6 + bytes,
  cpuMs,
  openFileCount: 20 + files,
  threadCount: 7,
  processCount: 1,
})

/** Windows of 5 s, one after another, in each of which so much came on top. */
function windows(...used: readonly Used[]): HistoryEvent[] {
  const total = { cpuMs: 500, files: 0, bytes: 0 }
  return used.flatMap(({ cpuMs = 0, files = 0, bytes = 0 }, index) => {
    const from = 3000 + index * 5100
    const before = reading(from - 1, { ...total })
    total.cpuMs += cpuMs
    total.files += files
    total.bytes += bytes
    return [
      before,
      { kind: 'mark', at: from, name: IDLE_BEGAN, data: {} },
      reading(from + 4999, { ...total }),
      { kind: 'mark', at: from + 5000, name: IDLE_ENDED, data: {} },
    ] satisfies HistoryEvent[]
  })
}

test('a service that uses nothing passes, with what it used', () => {
  const verdict = judge(windows({ cpuMs: 20, files: 1, bytes: 4096 }))
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    says: 'With nothing to do it used 0.40 % of a processor in 5 s; open files went from 20 to 21, and memory by 4 KiB.',
    notes: [],
  })
})

test.each([
  [{ cpuMs: 110 }, 'With nothing to do it used 2.2 %, 2.2 % and 2.2 % of a processor'],
  [{ files: 3 }, 'opened files in every window and did not close them: +3, +3 and +3.'],
  [{ bytes: 9e6 }, 'took more memory in every window: 8.6 MiB, 8.6 MiB and 8.6 MiB.'],
])('what goes on in all three windows fails: %j', (used, says) => {
  const verdict = judge(windows(used, used, used))
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain(says)
  expect(verdict.evidence[0]).toMatchObject({ seen: { lifetime: 0, from: 3000, to: 8000 } })
  expect(verdict.evidence[0]?.lines).toHaveLength(3)
})

test('what is allowed passes', () => {
  expect(judge(windows({ cpuMs: 100, files: 2, bytes: 8 * 1024 * 1024 })).outcome).toBe('PASS')
})

test('what was done once passes with a note', () => {
  const verdict = judge(windows({ cpuMs: 2000, bytes: 40e6 }, {}))
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.notes).toHaveLength(1)
})

test('memory alone does not fail a runtime that lets garbage lie', () => {
  const node = makeFacts()
  expect(judge(windows({ bytes: 9e6 }, { bytes: 9e6 }, { bytes: 9e6 }), node).outcome).toBe('INCONCLUSIVE')
  const busy = { bytes: 9e6, cpuMs: 1000 }
  expect(judge(windows(busy, busy, busy), node).outcome).toBe('FAIL')
})

test('fewer windows, or another reason in each, tell nothing', () => {
  expect(judge(windows({ cpuMs: 2000 }, { cpuMs: 2000 })).says).toContain('not quiet in 2 windows, and it takes 3')
  expect(judge(windows({ cpuMs: 2000 }, { files: 9 }, { cpuMs: 2000 })).outcome).toBe('INCONCLUSIVE')
})

test.each([
  ['without figures of the kernel', windows({}).filter(({ kind }) => kind !== 'reading')],
  ['with a request in it', [...windows({}), makeRequest({ id: 0, at: 4000 })]],
  ['with the end of the service in it', [...windows({}), { kind: 'exited', at: 5000, code: 1, signal: null } as const]],
  ['that was cut short', windows({}).filter((event) => event.kind !== 'mark' || event.name === IDLE_BEGAN)],
  ['never seen', []],
])('a window %s tells nothing', (_what, events) => {
  expect(judge(events)).toMatchObject({ outcome: 'INCONCLUSIVE' })
})
