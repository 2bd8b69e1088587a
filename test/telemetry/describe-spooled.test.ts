import { trace } from '@opentelemetry/api'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { describeSpooled } from '../../src/telemetry/describe-spooled.ts'
import { EMPTY_ACCOUNT } from '../../src/telemetry/pipeline/signal-account.ts'
import { createTelemetry } from '../../src/telemetry/telemetry.ts'
import { closedPort } from './telemetry-fixture.ts'

test('what waits on disk is told as one figure over all signals, and nothing is not told', () => {
  const none = { traces: EMPTY_ACCOUNT, metrics: EMPTY_ACCOUNT, logs: EMPTY_ACCOUNT }
  expect(describeSpooled(none)).toBeUndefined()
  const traces = { ...EMPTY_ACCOUNT, created: 9, spooled: 1 }
  expect(describeSpooled({ ...none, traces })).toBe('1 item spooled for the next process')
  expect(describeSpooled({ ...none, traces, logs: { ...traces, spooled: 4 } })).toBe(
    '5 items spooled for the next process',
  )
})

test('a flush into an outage loses nothing, and says what is on disk', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'spooled-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const telemetry = createTelemetry({
    serviceName: 'orders',
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await closedPort()}`,
      OTEL_METRICS_EXPORTER: 'none',
      SEAWORTHY_SPOOL_DIR: directory,
    },
    finalFlush: new FinalFlush(),
  })
  onTestFinished(() => telemetry.uninstall())
  await telemetry.start()
  trace.getTracer('test').startSpan('a span').end()
  telemetry.emitLogLine('{"msg":"a line"}')
  expect(await telemetry.flush(500)).toMatchObject({ complete: true, kept: '2 items spooled for the next process' })
  expect(telemetry.account().traces).toMatchObject({
    created: 1,
    spooled: 1,
    pending: 0,
    dropped: expect.toBeOneOf([{}]),
  })
})
