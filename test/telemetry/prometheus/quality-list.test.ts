import { expect, test } from 'vitest'
import { parseQualityList } from '../../../src/telemetry/prometheus/quality-list.ts'

test.each([
  ['a;q=0.5', 0.5],
  ['a;q=0', 0],
  ['a;q=1', 1],
  ['a', 1],
  ['a;q=', 1],
  ['a;q=2', 1],
  ['a;q=-1', 1],
  ['a;q=much', 1],
  ['a;q=NaN', 1],
])('the weight of "%s" is %d', (header, quality) => {
  expect(parseQualityList(header)).toEqual([{ value: 'a', parameters: new Map(), quality }])
})

test('the most wanted comes first, of equal ones the first named', () => {
  expect(parseQualityList('a;q=0.1, b, c;q=0.9 ,, d').map(({ value }) => value)).toEqual(['b', 'd', 'c', 'a'])
})
