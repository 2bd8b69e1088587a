import { trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { IncomingContext } from '../../../src/telemetry/instrumentation/incoming-context.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const HEADERS = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, tracestate: 'a=1' }

test('a traceparent is continued where trace context is one of the formats, and nowhere else', () => {
  const parent = trace.getSpanContext(new IncomingContext(['tracecontext']).read(HEADERS))
  expect(parent).toMatchObject({ traceId: TRACE_ID, isRemote: true })
  expect(parent?.traceState?.serialize()).toBe('a=1')
  expect(new IncomingContext(['baggage']).read(HEADERS)).toBe(FAST_ROOT)
  expect(new IncomingContext([]).read(HEADERS)).toBe(FAST_ROOT)
})
