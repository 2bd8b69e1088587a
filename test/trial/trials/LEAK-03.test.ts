import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { BURN_BEGAN, BURN_ENDED } from '../../../src/trial/history/marks/growth.ts'
import LEAK_03 from '../../../src/trial/trials/LEAK-03.ts'
import { judge as judgeWith, makeFacts, makeLifetime, makeRequest, SENDER } from '../samples.ts'

const judge = (events: readonly HistoryEvent[], facts = makeFacts()) =>
  judgeWith(LEAK_03, [makeLifetime(events, { voyage: 'growth' })], facts)

/** 12 s in which a request is answered every `everyMs`. */
function burn(everyMs = 0.5): HistoryEvent[] {
  const events: HistoryEvent[] = [
    { kind: 'mark', at: 1000, name: BURN_BEGAN, data: {} },
    { kind: 'mark', at: 13_000, name: BURN_ENDED, data: {} },
  ]
  for (let at = 1000; at < 13_000; at += everyMs) events.push(makeRequest({ id: at, at: at + 0.2, load: 'burn' }))
  return events
}

/** A metric that arrives every 400 ms, with the value that it has after so many milliseconds of the burn. */
function metric(name: string, valueAt: (ms: number) => number, attributes = {}, everyMs = 400): HistoryEvent[] {
  const events: HistoryEvent[] = []
  for (let at = 1000; at < 13_000; at += everyMs)
    events.push({
      kind: 'metric',
      at: at + 20,
      sender: SENDER,
      name,
      unit: '',
      type: 'sum',
      isCumulative: true,
      value: valueAt(at - 1000),
      attributes,
      startedAt: 0,
      madeAt: at,
    })
  return events
}

const OLD = { 'v8js.heap.space.name': 'old_space' }
const YOUNG = { 'v8js.heap.space.name': 'new_space' }
const HEAP = { 'jvm.memory.type': 'heap' }

test('goroutines that grow with the requests fail, and are named', () => {
  const verdict = judge([...burn(), ...metric('go.goroutine.count', (ms) => 12 + ms / 10)])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toMatch(/^Goroutines \(go\.goroutine\.count\) went from \d+ to 1172 in 14400 requests\.$/)
  expect(verdict.evidence[0]).toMatchObject({ seen: { lifetime: 0, from: 1000, to: 13_000 } })
  expect(verdict.evidence[0]?.lines?.length).toBeGreaterThan(8)
  expect(verdict.figures[0]?.name).toBe('goGoroutineCountPerRequest')
})

test('a heap that grows fails, with the spaces of it taken together and what is young left out', () => {
  const growing = metric('v8js.memory.heap.used', (ms) => 20e6 + ms * 2000, OLD)
  const young = metric('v8js.memory.heap.used', (ms) => (ms % 3) * 30e6, YOUNG)
  const large = metric('v8js.memory.heap.used', () => 10e6, { 'v8js.heap.space.name': 'large_object_space' })
  expect(judge([...burn(), ...growing, ...young, ...large])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringMatching(/^Old heap of V8 .* to 51 MiB in /),
  })
  const flat = metric('v8js.memory.heap.used', () => 20e6, OLD)
  expect(judge([...burn(), ...flat, ...young, ...large]).outcome).toBe('PASS')
})

test('threads that stay pass, and so do those of a pool that filled late', () => {
  expect(judge([...burn(), ...metric('jvm.thread.count', () => 40)])).toMatchObject({
    outcome: 'PASS',
    says: expect.stringMatching(/^Threads \(jvm\.thread\.count\) went from 40 to 40 in/),
  })
  expect(judge([...burn(), ...metric('jvm.thread.count', (ms) => (ms < 9000 ? 40 : 55))]).outcome).toBe('PASS')
})

test('a figure that grew and came to rest tells nothing', () => {
  const verdict = judge([...burn(), ...metric('jvm.thread.count', (ms) => Math.min(ms, 9500) / 20)])
  expect(verdict).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(verdict.says).toContain('jvm.thread.count: it grew and was coming to rest')
})

test('a heap after collections tells nothing before it was collected, whatever the threads do', () => {
  const heap = (valueAt: (ms: number) => number) => metric('jvm.memory.used_after_last_gc', valueAt, HEAP)
  const threads = metric('jvm.thread.count', () => 40)
  const never = judge([...burn(), ...heap(() => 0), ...threads])
  expect(never).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(never.says).toContain('too few collections were seen')
  expect(judge([...burn(), ...heap((ms) => 30e6 + (ms % 7) * 1000), ...threads]).outcome).toBe('PASS')
  const outside = metric('jvm.memory.used_after_last_gc', (ms) => ms * 5000, {
    'jvm.memory.type': 'non_heap',
  })
  expect(judge([...burn(), ...outside, ...threads])).toMatchObject({ outcome: 'PASS' })
})

test('each process is judged by itself', () => {
  const one = metric('go.goroutine.count', () => 20)
  const other = metric('go.goroutine.count', (ms) => ms).map((event) => ({
    ...event,
    sender: { ...SENDER, instance: 'two' },
  })) as HistoryEvent[]
  expect(judge([...burn(), ...one, ...other]).evidence).toHaveLength(1)
})

test.each([
  ['few requests', [...burn(10), ...metric('jvm.thread.count', () => 40)], 'requests were answered'],
  ['few exports', [...burn(), ...metric('jvm.thread.count', () => 40, {}, 2000)], 'it came 4 times'],
  ['no export', burn(), 'No metric arrived while it was busy'],
  ['no burn', metric('jvm.thread.count', () => 40), 'No burn was seen'],
])('with %s nobody can tell', (_what, events, says) => {
  const verdict = judge(events)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('metrics of requests only are nothing to judge', () => {
  expect(judge([...burn(), ...metric('http.server.active_requests', () => 4)])).toMatchObject({ outcome: 'SKIP' })
  expect(LEAK_03.skipBecause?.(makeFacts({ telemetry: { traces: false, metrics: false, logs: false } }))).toContain(
    'TEL-01',
  )
})
