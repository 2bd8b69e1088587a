import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMarks, encodeMarks } from '../../../src/telemetry/spool/done-marks.ts'
import { decodeOwner, encodeOwner } from '../../../src/telemetry/spool/owner-file.ts'
import { judgeOwner, ownIdentity } from '../../../src/telemetry/spool/process-identity.ts'
import { decodeRecordHeader, encodeRecordHeader, isWhole } from '../../../src/telemetry/spool/record-format.ts'
import { decodeSegmentHeader, encodeSegmentHeader } from '../../../src/telemetry/spool/segment-header.ts'

const signals = fc.constantFrom('traces', 'metrics', 'logs')
const uint32 = fc.nat(0xffff_ffff)
const unixMs = fc.nat(Number.MAX_SAFE_INTEGER)

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  const index = Math.floor(at / 8) % copy.length
  copy[index] = (copy[index] ?? 0) ^ (1 << (at % 8))
  return copy
}

test('a record says again what was put into it, and any one bit that is turned is noticed', () => {
  fc.assert(
    fc.property(signals, uint32, unixMs, fc.uint8Array({ maxLength: 300 }), fc.nat(), (...values) => {
      const [signal, items, sinceUnixMs, payload, at] = values
      const record = Buffer.concat([encodeRecordHeader(signal, items, sinceUnixMs, payload), payload])
      expect(decodeRecordHeader(record, 0)).toMatchObject({ signal, items, sinceUnixMs, length: payload.length })
      expect(isWhole(record)).toBe(true)
      expect(isWhole(flip(record, at))).toBe(false)
      expect(isWhole(record.subarray(0, -1))).toBe(false)
    }),
  )
})

test('a mark with one bit turned is no mark at all, and spoils no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(uint32, { minLength: 1, maxLength: 50 }), fc.nat(), (offsets, at) => {
      const bytes = encodeMarks(offsets)
      expect([...decodeMarks(bytes)]).toEqual(offsets)
      const hit = Math.floor((Math.floor(at / 8) % bytes.length) / 8)
      expect([...decodeMarks(flip(bytes, at))]).toEqual(offsets.filter((_, index) => index !== hit))
    }),
  )
})

test('the header of a segment says when it was made, and which version; a turned bit makes it damaged', () => {
  fc.assert(
    fc.property(unixMs, fc.integer({ min: 2, max: 0xffff_ffff }), fc.nat(255), (createdUnixMs, version, at) => {
      expect(decodeSegmentHeader(encodeSegmentHeader(createdUnixMs))).toEqual({ kind: 'whole', createdUnixMs })
      expect(decodeSegmentHeader(encodeSegmentHeader(0, version))).toEqual({ kind: 'other-version', version })
      expect(decodeSegmentHeader(flip(encodeSegmentHeader(createdUnixMs), at))).toEqual({ kind: 'damaged' })
    }),
  )
})

test('whatever an owner file holds, it is read without throwing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(['owner', 'other-version', 'damaged']).toContain(decodeOwner(text).kind)
    }),
  )
})

test('a process knows itself, and tells its number from that of an earlier process and of another machine', () => {
  const self = ownIdentity()
  const read = decodeOwner(encodeOwner(self, 'now'))
  expect(read).toEqual({ kind: 'owner', owner: self })
  expect(judgeOwner({ ...self, host: 'other' }, self)).toBe('unknown')
  expect(judgeOwner({ ...self, bootId: 'earlier' }, self)).toBe('unknown')
  expect(judgeOwner({ ...self, pidNamespace: 'container' }, self)).toBe('unknown')
})

test.runIf(process.platform === 'linux')('a number that was used again does not make a dead process live', () => {
  const self = ownIdentity()
  expect(judgeOwner(self, self)).toBe('alive')
  expect(judgeOwner({ ...self, startTime: '1' }, self)).toBe('dead')
  expect(judgeOwner({ ...self, pid: 4_194_305 }, self)).toBe('dead')
})
