import { expect, test } from 'vitest'
import { balance, type ReceivedServerSpan, type SentRequest } from '../../scripts/demo/ledger.ts'

const order: SentRequest = { traceId: 'a1', spanId: 's1', method: 'POST', path: '/orders', status: 201 }
const read: SentRequest = { traceId: 'a2', spanId: 's2', method: 'GET', path: '/products', status: 200 }
const spans: ReceivedServerSpan[] = [
  { service: 'orders', traceId: 'a1', parentSpanId: 's1' },
  { service: 'payments', traceId: 'a1', parentSpanId: 'x' },
  { service: 'orders', traceId: 'a2', parentSpanId: 's2' },
]

test('balances when each answer left a server span at each service it touched', () => {
  expect(balance([order, read], spans)).toEqual({
    requests: { sent: 2, answered: 2, failed: 0 },
    spans: { expected: 3, received: 3, expectedOf: { orders: 2, payments: 1 } },
    problems: [],
  })
})

test('one span taken away, at either service, is found', () => {
  for (const missing of [0, 1, 2]) {
    const rest = spans.filter((_, index) => index !== missing)
    const { spans: counts, problems } = balance([order, read], rest)
    expect(counts).toMatchObject({ expected: 3, received: 2 })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`left no server span at ${spans[missing]?.service}`)
  }
})

test('one answer taken away is found', () => {
  const { requests, problems } = balance([order, { ...read, status: undefined, failure: 'reset' }], spans)
  expect(requests).toEqual({ sent: 2, answered: 1, failed: 1 })
  expect(problems).toEqual(['GET /products got no answer: reset'])
})

test('a span that arrived twice is found', () => {
  expect(balance([read], [...spans, { service: 'orders', traceId: 'a2', parentSpanId: 's2' }]).problems).toEqual([
    'GET /products (trace a2) left 2 server spans at orders',
  ])
})

test('a span that does not continue the trace of its client is found', () => {
  const stranger = [{ service: 'orders', traceId: 'a2', parentSpanId: 'other' }]
  expect(balance([read], stranger).problems).toEqual([
    'GET /products (trace a2) has another parent at orders than the client sent',
  ])
})

test('an order that was refused before payments expects no span there', () => {
  const refused: SentRequest = { traceId: 'a2', spanId: 's2', method: 'POST', path: '/orders', status: 422 }
  expect(balance([refused], spans).spans).toEqual({
    expected: 1,
    received: 1,
    expectedOf: { orders: 1, payments: 0 },
  })
})

test.each([500, 503])('a %i is a request that failed, and no answer', (status) => {
  const { requests, problems } = balance([{ ...order, status }, read], spans)
  expect(requests).toEqual({ sent: 2, answered: 1, failed: 1 })
  expect(problems).toEqual([`POST /orders got a ${status}`])
})
