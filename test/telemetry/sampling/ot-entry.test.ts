import { createTraceState } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OtReader, withoutThreshold, withThreshold } from '../../../src/telemetry/sampling/ot-entry.ts'

function read(entry: string): { th: bigint | undefined; rv: bigint | undefined } {
  const ot = new OtReader()
  ot.read(entry)
  const join = (high24: number, low32: number): bigint => (BigInt(high24) << 32n) | BigInt(low32)
  return {
    th: ot.hasThreshold ? join(ot.thresholdHigh24, ot.thresholdLow32) : undefined,
    rv: ot.hasRandomness ? join(ot.randomHigh24, ot.randomLow32) : undefined,
  }
}

test.for([
  ['th:0', { th: 0n, rv: undefined }],
  ['th:c', { th: 0xc0000000000000n, rv: undefined }],
  ['rv:00000000000001;th:e666', { th: 0xe6660000000000n, rv: 1n }],
  ['p:8;th:E6;x:1', { th: 0xe6000000000000n, rv: undefined }],
  ['th:ffffffffffffff;rv:FFFFFFFFFFFFFE', { th: 2n ** 56n - 1n, rv: 2n ** 56n - 2n }],
  ['', { th: undefined, rv: undefined }],
  ['th:', { th: undefined, rv: undefined }],
  ['th:123456789abcdef', { th: undefined, rv: undefined }],
  ['th:xyz;rv:123', { th: undefined, rv: undefined }],
  ['th: 8', { th: undefined, rv: undefined }],
  ['oth:8;th', { th: undefined, rv: undefined }],
  ['th:8;th:4', { th: undefined, rv: undefined }],
] as const)('"%s" is read as the specification says', ([entry, expected]) => {
  expect(read(entry)).toEqual(expected)
})

test('any threshold and random number are read as the numbers they are', () => {
  const hex = fc.stringMatching(/^[\da-fA-F]{1,14}$/)
  const full = fc.stringMatching(/^[\da-f]{14}$/)
  fc.assert(
    fc.property(hex, full, (th, rv) => {
      expect(read(`rv:${rv};th:${th}`)).toEqual({ th: BigInt(`0x${th.padEnd(14, '0')}`), rv: BigInt(`0x${rv}`) })
    }),
  )
})

test('a threshold is put in, replaced and taken out; everything else stays', () => {
  const state = createTraceState('other=1,ot=rv:0000000000000a;th:8;k:v,vendor=x')
  expect(withThreshold(state, 'c')?.serialize()).toBe('ot=rv:0000000000000a;k:v;th:c,other=1,vendor=x')
  expect(withoutThreshold(state)?.serialize()).toBe('ot=rv:0000000000000a;k:v,other=1,vendor=x')
  const others = createTraceState('other=1,vendor=x')
  expect(withoutThreshold(others)).toBe(others)
  expect(withThreshold(others, '0')?.serialize()).toBe('ot=th:0,other=1,vendor=x')
})

test('an entry in which nothing is left goes, and so does a state', () => {
  expect(withoutThreshold(createTraceState('ot=th:8,a=b'))?.serialize()).toBe('a=b')
  expect(withoutThreshold(createTraceState('ot=th:8'))).toBeUndefined()
  expect(withoutThreshold(undefined)).toBeUndefined()
})

test('where there is no room for a threshold, none stands there rather than a false one', () => {
  const full = `a=${'x'.repeat(250)},b=${'y'.repeat(245)},ot=th:8`
  expect(full.length).toBeLessThanOrEqual(512)
  const state = createTraceState(full)
  expect(withThreshold(state, 'fedcba98765432')?.get('ot')).toBeUndefined()
})
