import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { BURN_BEGAN, BURN_COUNTED, BURN_ENDED } from '../../../src/trial/history/marks/growth.ts'
import { MEMORY_COLLECTED } from '../../../src/trial/history/marks/memory.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import LEAK_01 from '../../../src/trial/trials/LEAK-01.ts'
import { judge as judgeWith, makeFacts, makeLifetime, makeRequest } from '../samples.ts'

/** Go: its resident memory counts, as that of Node.js does not. */
const FACTS = makeFacts({
  command: ['./shop'],
  telemetry: { traces: true, metrics: true, logs: true, protocol: 'http/protobuf', language: 'go' },
})
const judge = (lifetimes: readonly Lifetime[], facts = FACTS) => judgeWith(LEAK_01, lifetimes, facts)
const mark = (at: number, name: string, data = {}): HistoryEvent => ({ kind: 'mark', at, name, data })
const reading = (at: number, rssBytes: number): HistoryEvent => ({
  kind: 'reading',
  at,
  rssBytes,
  cpuMs: 0,
  openFileCount: 20,
  threadCount: 7,
  processCount: 1,
})

/** What collections left, twice a second. */
function collections(liveBytes: number, outsideBytes: number): HistoryEvent[] {
  const events: HistoryEvent[] = []
  for (let at = 1000; at < 13_000; at += 500) {
    const left = { liveBytes: 20e6 + (at - 1000) * 2 * liveBytes, outsideBytes: 40e6 + (at - 1000) * 2 * outsideBytes }
    events.push(mark(at, MEMORY_COLLECTED, left))
  }
  return events
}

/** 12 s in which a request is answered every `everyMs`, with memory read every 400 ms. */
function burn(bytesPerRequest: number, everyMs = 0.5): HistoryEvent[] {
  const events = [mark(1000, BURN_BEGAN), mark(13_000, BURN_ENDED)]
  for (let at = 1000; at < 13_000; at += everyMs) events.push(makeRequest({ id: at, at: at + 1, load: 'burn' }))
  for (let at = 1000; at <= 13_000; at += 400)
    events.push(reading(at, 50e6 + ((at - 1000) / everyMs) * bytesPerRequest))
  return events
}

test('memory in use that grows fails, and says so', () => {
  const verdict = judge([lifetime([...burn(0), ...collections(1024, 0)])], makeFacts())
  expect(verdict).toMatchObject({ outcome: 'FAIL' })
  expect(verdict.says).toMatch(/^Memory in use after collections grows by 102\d bytes a request/)
})

test('memory in use that stays passes while the heap around it grows, and says which leak would show', () => {
  const verdict = judge([lifetime([...burn(1024), ...collections(1, 0)])], makeFacts())
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.says).toMatch(
    /^Memory in use after collections moved by 1 bytes .*; a leak of more than 1[45]\d would show\.$/,
  )
})

test('memory that native code keeps fails', () => {
  const verdict = judge([lifetime([...burn(4096), ...collections(0, 4096)])], makeFacts())
  expect(verdict).toMatchObject({ outcome: 'FAIL' })
  expect(verdict.says).toMatch(/^Memory outside of the heap grows by 409\d bytes/)
})

test('a Node.js that could not be made to collect is not failed for its garbage', () => {
  const verdict = judge([lifetime(burn(1024))], makeFacts())
  expect(verdict).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(verdict.says).toContain('lets garbage lie')
})

const lifetime = (events: readonly HistoryEvent[]) => makeLifetime(events, { voyage: 'growth' })

test('memory that grows with every request fails, with its curve', () => {
  const verdict = judge([lifetime(burn(1024))])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toMatch(/^Memory grows by 102\d bytes a request .* of a limit of 512 MiB\.$/)
  expect(verdict.evidence[0]?.seen).toEqual({ lifetime: 0, from: 1000, to: 13_000 })
  expect(verdict.evidence[0]?.lines?.length).toBeGreaterThan(8)
  expect(verdict.notes[0]).toContain('--memory-limit')
})

test('memory that stays passes, and says by how much it moved', () => {
  const verdict = judge([lifetime(burn(1))])
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.figures[0]).toMatchObject({ name: 'residentBytesPerRequest' })
})

test.each([0, 1024])('with few requests nobody can tell, whether it grows or not', (bytes) => {
  const verdict = judge([lifetime(burn(bytes, 10))])
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toMatch(
    /\d+ requests were answered after the warm-up, and 8192 are needed to tell\. Try longer with --soak\./,
  )
})

test('a heap that its manager lets grow is no leak as long as no limit is known', () => {
  const facts = makeFacts({ command: ['/usr/bin/java', '-jar', 'shop.jar'] })
  expect(judge([lifetime(burn(1024))], facts)).toMatchObject({ outcome: 'INCONCLUSIVE' })
  const limited = { ...facts, memoryLimitBytes: { value: 256e6, origin: 'flag' as const } }
  expect(judge([lifetime(burn(1024))], limited)).toMatchObject({ outcome: 'FAIL' })
})

test('requests that were too many to be written down are counted by the marks', () => {
  const counted = burn(0).filter(({ kind }) => kind !== 'request')
  for (let at = 1000; at <= 13_000; at += 400) counted.push(mark(at, BURN_COUNTED, { sent: (at - 1000) * 2 }))
  const dropped = makeLifetime(counted, { voyage: 'growth', droppedEvents: { request: 5 } })
  expect(judge([dropped])).toMatchObject({ outcome: 'PASS' })
  expect(judge([lifetime(counted)])).toMatchObject({ outcome: 'INCONCLUSIVE' })
})

test('without figures of the kernel, without a burn and without a lifetime nobody can tell', () => {
  const blind = burn(0).filter(({ kind }) => kind !== 'reading')
  expect(judge([lifetime(blind)]).says).toContain('memory was read 0 times')
  expect(judge([lifetime([])]).outcome).toBe('INCONCLUSIVE')
  expect(judge([]).outcome).toBe('INCONCLUSIVE')
})
