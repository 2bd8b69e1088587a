import { describe, expect, test } from 'vitest'
import { describeDifference, differencesBetween } from './compare.ts'
import { judge, KNOWN_DIFFERENCES } from './known-differences.ts'

const between = (stock: Readonly<Record<string, string>>, ours: Readonly<Record<string, string>>): string[] =>
  differencesBetween(new Map(Object.entries(stock)), new Map(Object.entries(ours))).map(describeDifference)

describe('two sets of facts', () => {
  test('that are equal have no difference', () => {
    expect(between({ 'span / a · kind': 'server' }, { 'span / a · kind': 'server' })).toEqual([])
  })

  test('a value, a key and a whole place that only one has are one difference each', () => {
    const stock = {
      'span / a · kind': 'server',
      'span / a · @x': '1',
      'span / b · kind': 'client',
      'span / b · @y': '2',
    }
    const ours = { 'span / a · kind': 'client', 'span / a · @z': '1' }
    expect(between(stock, ours)).toEqual([
      'span / a · kind: server → client',
      'span / a · @x: 1 → absent',
      'span / a · @z: absent → 1',
      'span / b · itself: there → absent',
    ])
  })

  test('a series with one attribute more is the same series; what is counted in it is compared', () => {
    const stock = { 'metric m · series {"a":"1","b":"2"}': 'count 1', 'metric m · series {"a":"9","b":"2"}': 'count 1' }
    const ours = {
      'metric m · series {"a":"1","b":"2","c":"3"}': 'count 2',
      'metric m · series {"a":"9","b":"2","c":"3"}': 'count 1',
    }
    expect(between(stock, ours)).toEqual([
      'metric m · series @c: absent → 3',
      'metric m · series value: count 1 → count 2',
      'metric m · series @c: absent → 3',
    ])
  })
})

test('a difference that no rule names is unexplained, and a rule holds only for its set-ups and values', () => {
  const url = { where: 'metric http.server.active_requests', what: 'itself', stock: undefined, ours: 'there' }
  expect(judge('own', [url]).unexplained).toEqual([])
  expect(judge('engine', [url]).unexplained).toEqual([url])
  const state = { where: 'span / a', what: 'trace state', stock: '', ours: 'ot=th:0' }
  expect(judge('engine', [state]).unexplained).toEqual([])
  expect(judge('engine', [{ ...state, ours: 'ot=th:8' }]).unexplained).toHaveLength(1)
  expect(judge('engine', [state]).used.size).toBe(1)
})

test('every difference has its reason, and no two have one title', () => {
  const titles = KNOWN_DIFFERENCES.map(({ title }) => title)
  expect(new Set(titles).size).toBe(titles.length)
  for (const { reason } of KNOWN_DIFFERENCES) expect(reason).toMatch(/[.]$/)
})
