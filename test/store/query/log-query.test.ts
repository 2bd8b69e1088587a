import { expect, test } from 'vitest'
import type { LogQuery } from '../../../src/store/query/log-query.ts'
import { TelemetryStore } from '../../../src/store/telemetry-store.ts'
import { attributes, logRecord, request, resource, spanId, traceId } from '../samples.ts'

const store = new TelemetryStore()
store.add(
  'logs',
  request(
    [
      logRecord({
        body: 'order placed',
        severityNumber: 9,
        traceId: traceId(0xab),
        spanId: spanId(1),
        timeUnixNano: 1_000_000n,
        attributes: attributes({ 'order.id': 1 }),
      }),
      logRecord({ body: 'stock low', severityNumber: 14, timeUnixNano: 0n, observedTimeUnixNano: 2_000_000n }),
    ],
    resource('orders', { region: 'eu' }),
  ),
)
store.add(
  'logs',
  request(
    [
      logRecord({
        body: { error: 'declined', big: 2n ** 60n, raw: Uint8Array.of(255), list: [1, null] },
        severityNumber: 17,
        timeUnixNano: 3_000_000n,
      }),
      logRecord({ body: null, severityNumber: 0, timeUnixNano: 4_000_000n, eventName: 'tick' }),
    ],
    resource('payments'),
  ),
)

const CASES: readonly (readonly [string, LogQuery, readonly number[]])[] = [
  ['nothing', {}, [9, 14, 17, 0]],
  ['a trace', { traceId: traceId(0xab).toUpperCase() }, [9]],
  ['a span', { spanId: spanId(1) }, [9]],
  ['a service', { service: 'payments' }, [17, 0]],
  ['a severity, of any of its numbers', { severity: 'warn' }, [14]],
  ['a least severity', { minSeverity: 'warn' }, [14, 17]],
  ['a part of the body', { body: 'placed' }, [9]],
  ['a pattern of the body', { body: /^stock/ }, [14]],
  ['a body that is a map, as JSON', { body: '"error":"declined"' }, [17]],
  ['a large integer and bytes in it', { body: /"big":"1152921504606846976","raw":"\/w==","list":\[1,null\]/ }, [17]],
  ['an event', { eventName: 'tick' }, [0]],
  ['an attribute', { attribute: { 'order.id': 1 } }, [9]],
  ['an attribute of the resource', { resource: { region: 'eu' } }, [9, 14]],
  ['a scope', { scope: /scope$/ }, [9, 14, 17, 0]],
  ['a time, where it is missing the time it was observed', { from: new Date(2), before: 4_000_000n }, [14, 17]],
  ['a function', { where: (record) => record.body === null }, [0]],
]

test.each(CASES)('by %s', (_, query, severities) => {
  expect(store.logs(query).map((record) => record.severityNumber)).toEqual(severities)
})

test('a condition that does not exist is refused', () => {
  expect(() => store.logs({ level: 'warn' } as never)).toThrow('query of logs: "level" is no condition')
})
