import { expect, test } from 'vitest'
import { toLiveLine } from '../../src/dev/live-line.ts'
import type { StoredSpan } from '../../src/store/stored-item.ts'

const span = (over: Partial<StoredSpan>): StoredSpan => ({
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '0123456789abcdef',
  traceState: '',
  parentSpanId: '',
  flags: 1,
  name: 'GET /orders/:id',
  kind: 2,
  startTimeUnixNano: 1_000_000_000n,
  endTimeUnixNano: 1_034_000_000n,
  attributes: { 'http.response.status_code': 200 },
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: 0, message: '' },
  resource: { attributes: {}, droppedAttributesCount: 0 },
  scope: { name: '', version: '', attributes: {}, droppedAttributesCount: 0 },
  service: 'orders',
  arrivedAtMs: 0,
  ...over,
})

test('a request is a line with its status and its duration', () => {
  expect(toLiveLine(span({}))).toEqual({
    kind: 'request',
    text: 'orders  GET /orders/:id  200  34.0ms  trace 0123456789abcdef0123456789abcdef',
  })
})

test('a request that failed is an error', () => {
  expect(
    toLiveLine(span({ status: { code: 2, message: '' }, attributes: { 'http.response.status_code': 500 } }))?.kind,
  ).toBe('error')
})

test('inside of a request only what failed is shown, with its reason', () => {
  expect(toLiveLine(span({ kind: 3, name: 'INSERT orders' }))).toBeUndefined()
  expect(
    toLiveLine(
      span({
        kind: 3,
        name: 'INSERT orders',
        attributes: { 'error.type': 'ERR_SQLITE_ERROR' },
        status: { code: 2, message: '' },
      }),
    )?.text,
  ).toContain('INSERT orders  ERR_SQLITE_ERROR')
})
