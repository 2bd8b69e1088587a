import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { decodeMarks, MARK_BYTES } from '../../../src/telemetry/spool/done-marks.ts'
import { Segment, SpoolEntry } from '../../../src/telemetry/spool/segment.ts'
import { SegmentStore } from '../../../src/telemetry/spool/segment-store.ts'

const SEGMENT_BYTES = 1000

interface Stored {
  readonly store: SegmentStore
  readonly evicted: string[]
  readonly add: (size: number, entries?: number) => Segment
}

function stored(): Stored {
  const directory = mkdtempSync(join(tmpdir(), 'segment-store-'))
  const clock = new ManualClock()
  const evicted: string[] = []
  const segments: Segment[] = []
  const store = new SegmentStore({
    clock,
    segmentBytes: SEGMENT_BYTES,
    maxBytes: 32 * SEGMENT_BYTES,
    evicted: (_entry, reason) => evicted.push(reason),
  })
  onTestFinished(async () => {
    await store.idle()
    for (const segment of segments) segment.dispose()
    rmSync(directory, { recursive: true })
  })
  return {
    store,
    evicted,
    add(size, entries = 1) {
      const path = join(directory, `${segments.length}.seg`)
      const createdAt = segments.length
      const segment = new Segment({ path, fd: openSync(path, 'wx+'), createdAt, size, newestAt: createdAt })
      for (let index = 0; index < entries; index++) {
        segment.unsettled.add(new SpoolEntry('traces', 1, 8, 0, undefined))
      }
      segments.push(segment)
      store.add(segment)
      return segment
    },
  }
}

test('the oldest goes for what is new, and only as much as has to', () => {
  const { store, evicted, add } = stored()
  const all = Array.from({ length: 32 }, () => add(SEGMENT_BYTES))
  store.makeRoom(0, undefined)
  expect(store.all).toHaveLength(32)
  store.makeRoom(1, undefined)
  expect(store.all).toEqual(all.slice(1))
  expect(evicted).toEqual(['spool_full'])
})

test('however much other processes take, what is newest here has a place', () => {
  const { store, add } = stored()
  for (let count = 0; count < 5; count++) add(SEGMENT_BYTES)
  store.othersBytes = 1000 * SEGMENT_BYTES
  store.makeRoom(SEGMENT_BYTES, undefined)
  expect(store.all.map(({ createdAt }) => createdAt)).toEqual([4])
})

test('of small chunks so many are known at most, whatever their bytes', () => {
  const { store, evicted, add } = stored()
  add(10, 30_000)
  const second = add(10, 35_535)
  store.makeRoom(0, undefined)
  expect(store.all).toHaveLength(2)
  second.unsettled.add(new SpoolEntry('traces', 1, 8, 0, undefined))
  store.makeRoom(0, undefined)
  expect(store.all).toEqual([second])
  expect(evicted).toHaveLength(30_000)
})

test('what is settled while marks are written, in the background and at once, is marked as well', async () => {
  const { store, add } = stored()
  const segment = add(SEGMENT_BYTES)
  segment.marks.push(16)
  store.writeMarks()
  // So far that the file is being opened, which takes a turn of the loop.
  for (let count = 0; count < 5; count++) await Promise.resolve()
  store.writeMarksNow()
  segment.marks.push(32)
  await store.idle()
  store.writeMarks()
  await store.idle()
  const bytes = readFileSync(segment.donePath)
  expect(Array.from(decodeMarks(bytes))).toEqual([16, 32])
  expect(segment.doneSize).toBe(2 * MARK_BYTES)
})

test('what is settled while marks are being written is marked right after them', async () => {
  const { store, add } = stored()
  const segment = add(SEGMENT_BYTES)
  segment.marks.push(32)
  store.writeMarks()
  for (let count = 0; count < 5; count++) await Promise.resolve()
  segment.marks.push(64)
  store.writeMarks()
  await store.idle()
  expect(decodeMarks(readFileSync(segment.donePath))).toEqual(new Set([32, 64]))
})
