import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSegment } from '../../../src/telemetry/spool/adoption.ts'
import { encodeMarks, MARK_BYTES } from '../../../src/telemetry/spool/done-marks.ts'
import { encodeRecordHeader } from '../../../src/telemetry/spool/record-format.ts'
import { encodeSegmentHeader } from '../../../src/telemetry/spool/segment-header.ts'
import { type Scanned, scanSegment } from '../../../src/telemetry/spool/segment-scan.ts'

const NOW = 1_790_000_000_000
const PAYLOAD = Buffer.from('twenty bytes of data')

const record = (items = 3): Buffer => Buffer.concat([encodeRecordHeader('traces', items, NOW, PAYLOAD), PAYLOAD])

/** With a payload that is not the one that was written. */
function damaged(items = 3): Buffer {
  const bytes = record(items)
  bytes[bytes.byteLength - 1] = 0
  return bytes
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'segment-scan-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** What is found in a segment of these records: `+` whole, a number for a damaged one's items. */
async function scan(...records: readonly Uint8Array[]): Promise<readonly (string | number)[]> {
  const bytes = Buffer.concat([encodeSegmentHeader(NOW), ...records])
  const path = join(directory(), 'one.seg')
  writeFileSync(path, bytes)
  const fd = openSync(path, 'r')
  onTestFinished(() => closeSync(fd))
  const found: Scanned[] = []
  for await (const block of scanSegment(fd, bytes.byteLength)) found.push(...block)
  return found.map((one) => (one.kind === 'record' ? '+' : one.items))
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

test('behind fifteen damaged records in a row the next one is found, behind sixteen nothing is', async () => {
  expect(await scan(...times(15, damaged), record())).toEqual([...times(15, () => 3), '+'])
  expect(await scan(...times(16, damaged), record())).toEqual(times(16, () => 3))
})

test('the row begins anew with each whole record', async () => {
  const records = [...times(15, damaged), record(), ...times(15, damaged), record()]
  expect((await scan(...records)).filter((one) => one === '+')).toHaveLength(2)
})

test('zeros at the end, as where a machine lost power, are no damage', async () => {
  expect(await scan(record(), Buffer.alloc(1000))).toEqual(['+'])
})

test('a header that cannot be true says nothing of how much was lost', async () => {
  // An item takes two bytes or more.
  expect(await scan(damaged(10), record())).toEqual([10, '+'])
  expect(await scan(damaged(11), record())).toEqual([0, '+'])
})

test('a torn mark at the end is overwritten by the next one', async () => {
  const path = directory()
  writeFileSync(join(path, 'one.seg'), Buffer.concat([encodeSegmentHeader(NOW), record()]))
  writeFileSync(join(path, 'one.seg.done'), Buffer.concat([encodeMarks([16, 99]), Buffer.alloc(3, 1)]))
  const found = await openSegment('one.seg', {
    directory: path,
    keptDirectory: join(path, 'kept'),
    toClock: (unixMs) => unixMs,
    damaged: () => {},
    isClosing: () => false,
  })
  if (found === undefined || found === 'kept') throw new Error('it was not opened')
  onTestFinished(() => found.segment.dispose())
  expect(Array.from(found.settled)).toEqual([16, 99])
  expect(found.segment.doneSize).toBe(2 * MARK_BYTES)
})
