import { context, diag, type Span, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { fail, ODD, throwing } from '../odd-values.ts'
import { TraceFixture } from './trace-fixture.ts'

type Call = (span: Span, odd: never, fixture: TraceFixture) => unknown

const CALLS: Readonly<Record<string, Call>> = {
  'startSpan: name': (_span, odd, { tracer }) => tracer.startSpan(odd).end(),
  'startSpan: options': (_span, odd, { tracer }) => tracer.startSpan('n', odd).end(),
  'startSpan: context': (_span, odd, { tracer }) => tracer.startSpan('n', {}, odd).end(),
  'startActiveSpan: options': (_span, odd, { tracer }) => tracer.startActiveSpan('n', odd, (own) => own.end()),
  'startActiveSpan: context': (_span, odd, { tracer }) => tracer.startActiveSpan('n', {}, odd, (own) => own.end()),
  'setAttribute: key': (span, odd) => span.setAttribute(odd, 1),
  'setAttribute: value': (span, odd) => span.setAttribute('k', odd),
  'setAttribute: nested': (span, odd) => span.setAttribute('k', { odd }),
  setAttributes: (span, odd) => span.setAttributes(odd),
  'addEvent: name': (span, odd) => span.addEvent(odd),
  'addEvent: attributes': (span, odd) => span.addEvent('e', odd),
  'addEvent: time': (span, odd) => span.addEvent('e', {}, odd),
  addLink: (span, odd) => span.addLink(odd),
  addLinks: (span, odd) => span.addLinks(odd),
  setStatus: (span, odd) => span.setStatus(odd),
  updateName: (span, odd) => span.updateName(odd),
  'recordException: exception': (span, odd) => span.recordException(odd),
  'recordException: time': (span, odd) => span.recordException(new Error('x'), odd),
  end: (span, odd) => span.end(odd),
}

test.for(Object.entries(CALLS))('%s: whatever it is given, it does not throw, and the span goes out', ([, call]) => {
  const fixture = new TraceFixture()
  for (const odd of ODD) {
    const span = fixture.tracer.startSpan('a')
    call(span, odd as never, fixture)
    if (span.isRecording()) span.end()
  }
  // Those that were made by the call are among them.
  expect(fixture.spans.length).toBeGreaterThanOrEqual(ODD.length)
  expect(fixture.spans).toHaveLength(fixture.ledger.account.created)
})

test('a context that is none is the active one', () => {
  const fixture = new TraceFixture()
  const warned: string[] = []
  diag.setLogger({ error: fail, warn: (message) => void warned.push(message), info() {}, debug() {}, verbose() {} })
  const parent = fixture.tracer.startSpan('parent')
  const child = fixture.tracer.startSpan('child', null as never, trace.setSpan(context.active(), parent))
  const stray = fixture.tracer.startSpan('stray', throwing('kind'), { getValue: 1 } as never)
  diag.disable()
  expect(child.spanContext().traceId).toBe(parent.spanContext().traceId)
  expect(stray.spanContext().traceId).not.toBe(parent.spanContext().traceId)
  expect(warned).toEqual(['What a span was to begin with could not be read, so it begins without'])
})
