import { expect, test } from 'vitest'
import type { SpanQuery } from '../../../src/store/query/span-query.ts'
import { TelemetryStore } from '../../../src/store/telemetry-store.ts'
import { attributes, request, resource, span, spanId, traceId } from '../samples.ts'

const store = new TelemetryStore()
store.add(
  'traces',
  request(
    [
      span({
        name: 'POST /orders',
        kind: 2,
        traceId: traceId(0xab),
        spanId: spanId(0xcd),
        startTimeUnixNano: 1_000_000_000n,
        attributes: attributes({
          'http.route': '/orders',
          status: 201,
          big: 2n ** 60n,
          tags: ['a', 'b'],
          map: { x: [1] },
          bytes: Uint8Array.of(1, 2),
        }),
      }),
      span({
        name: 'INSERT',
        kind: 3,
        traceId: traceId(0xab),
        spanId: spanId(2),
        parentSpanId: spanId(0xcd),
        startTimeUnixNano: 2_000_000_000n,
        status: { code: 2, message: 'full' },
      }),
    ],
    resource('orders', { 'k8s.pod.name': 'orders-1' }),
  ),
)
store.add(
  'traces',
  request(
    [
      span({
        name: 'POST /payments',
        kind: 2,
        traceId: traceId(7),
        status: { code: 1, message: '' },
        attributes: attributes({ 'http.route': '/payments', toString: 'own' }),
      }),
    ],
    resource('payments'),
  ),
)

const CASES: readonly (readonly [string, SpanQuery, readonly string[]])[] = [
  ['nothing', {}, ['POST /orders', 'INSERT', 'POST /payments']],
  ['a trace id', { traceId: traceId(0xab) }, ['POST /orders', 'INSERT']],
  ['a trace id in capitals', { traceId: traceId(0xab).toUpperCase() }, ['POST /orders', 'INSERT']],
  ['a trace id nobody has', { traceId: traceId(99) }, []],
  ['a span id in capitals', { spanId: spanId(0xcd).toUpperCase() }, ['POST /orders']],
  ['a parent', { parentSpanId: spanId(0xcd) }, ['INSERT']],
  ['no parent', { parentSpanId: '' }, ['POST /orders', 'POST /payments']],
  ['a service', { service: 'payments' }, ['POST /payments']],
  ['a pattern of a service', { service: /^pay/ }, ['POST /payments']],
  ['a name, which is not a part of one', { name: 'POST' }, []],
  ['a pattern of a name', { name: /POST/ }, ['POST /orders', 'POST /payments']],
  ['a pattern with memory', { name: /^\w/g }, ['POST /orders', 'INSERT', 'POST /payments']],
  ['a kind', { kind: 'client' }, ['INSERT']],
  ['a status', { status: 'error' }, ['INSERT']],
  ['another status', { status: 'ok' }, ['POST /payments']],
  ['a key', { attribute: 'http.route' }, ['POST /orders', 'POST /payments']],
  ['a key of every object', { attribute: 'hasOwnProperty' }, []],
  ['a key that is special elsewhere', { attribute: { toString: 'own' } }, ['POST /payments']],
  ['a key and a value', { attribute: { 'http.route': '/orders' } }, ['POST /orders']],
  ['two values, of which one is wrong', { attribute: { 'http.route': '/orders', status: 200 } }, []],
  ['a number as a bigint', { attribute: { status: 201n } }, ['POST /orders']],
  ['a bigint', { attribute: { big: 2n ** 60n } }, ['POST /orders']],
  ['a number near a bigint', { attribute: { big: 2 ** 60 + 1024 } }, []],
  ['a list', { attribute: { tags: ['a', 'b'] } }, ['POST /orders']],
  ['a list in another order', { attribute: { tags: ['b', 'a'] } }, []],
  ['a map', { attribute: { map: { x: [1] } } }, ['POST /orders']],
  ['bytes', { attribute: { bytes: Uint8Array.of(1, 2) } }, ['POST /orders']],
  ['other bytes', { attribute: { bytes: Uint8Array.of(1, 3) } }, []],
  ['a pattern of a value', { attribute: { 'http.route': /pay/ } }, ['POST /payments']],
  ['a pattern, of a number', { attribute: { status: /201/ } }, []],
  ['a function of a value', { attribute: { status: (value) => Number(value) > 200 } }, ['POST /orders']],
  ['an attribute of the resource', { resource: { 'k8s.pod.name': 'orders-1' } }, ['POST /orders', 'INSERT']],
  ['a key of the resource', { resource: 'k8s.pod.name' }, ['POST /orders', 'INSERT']],
  ['a scope', { scope: 'test-scope' }, ['POST /orders', 'INSERT', 'POST /payments']],
  ['a time from', { from: 1_000_000_000n }, ['POST /orders', 'INSERT']],
  ['a time before', { before: 1_000_000_000n }, ['POST /payments']],
  ['a date', { from: new Date(1500) }, ['INSERT']],
  ['a function', { where: (found) => found.name.length === 6 }, ['INSERT']],
  ['several conditions', { service: 'orders', kind: 'server' }, ['POST /orders']],
]

test.each(CASES)('by %s', (_, query, names) => {
  expect(store.spans(query).map((found) => found.name)).toEqual(names)
})

test.each([
  [{ serviceName: 'orders' }, 'query of spans: "serviceName" is no condition.'],
  [{ servise: 'orders' }, 'query of spans: "servise" is no condition. Did you mean "service"?'],
  [{ toString: 'x' }, 'query of spans: "toString" is no condition.'],
  [{ service: undefined }, 'query of spans: "service" is undefined'],
])('%o is refused rather than taken for every span', (query, message) => {
  expect(() => store.spans(query as SpanQuery)).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message }),
  )
})
