import { logs, SpanStatusCode, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { startTelemetry } from './telemetry-fixture.ts'

/*
 * A log record goes out when it is written, and whether its trace is kept is known at the end of the first span: so it says
 * what was true then. The ids join the two.
 */
test('log records of a trace that is kept afterwards have its ids, and the flags that it had when they were written', async () => {
  await using started = await startTelemetry({
    instrument: { http: false, runtime: false },
    sampling: { default: { probability: 0 }, keep: { errors: true } },
  })
  const logger = logs.getLogger('kept')
  trace.getTracer('kept').startActiveSpan('fails', (span) => {
    logger.emit({ body: 'before it failed' })
    started.telemetry.emitLogLine(
      JSON.stringify({
        level: 50,
        msg: 'a line',
        trace_id: span.spanContext().traceId,
        span_id: span.spanContext().spanId,
        trace_flags: '00',
      }),
    )
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
  await started.telemetry.flush(3000)

  const [span] = started.receiver.store.spans()
  expect(span).toMatchObject({ name: 'fails', flags: expect.toSatisfy((flags: number) => (flags & 1) === 1) as number })
  const records = started.receiver.store.logs().filter(({ traceId }) => traceId === span?.traceId)
  expect(records.map(({ body, spanId, flags }) => [body, spanId, flags & 1])).toEqual([
    ['before it failed', span?.spanId, 0],
    ['a line', span?.spanId, 0],
  ])
})
