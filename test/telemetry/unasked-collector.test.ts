import { metrics, trace } from '@opentelemetry/api'
import { silentLog } from '../../src/core/log.ts'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { FinalFlush, type FlushOutcome } from '../../src/core/final-flush.ts'
import { toReportFields } from '../../src/lifecycle/report-fields.ts'
import { summarise } from '../../src/lifecycle/shutdown-report.ts'
import type { Signal } from '../../src/otlp/model.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { readTelemetryEnv, type TelemetrySettings } from '../../src/telemetry/env/telemetry-env.ts'
import { lostCount, type SignalAccount } from '../../src/telemetry/pipeline/signal-account.ts'
import { type Engine, startEngine } from '../../src/telemetry/engine/engine.ts'
import { createTelemetry } from '../../src/telemetry/telemetry.ts'
import { describeAbsence, isUnasked } from '../../src/telemetry/unasked-collector.ts'
import { closedPort, KeptLog } from './telemetry-fixture.ts'

const SIGNALS = ['traces', 'metrics', 'logs'] as const
/** Far longer than one attempt takes. */
const LONG_MS = 10_000

async function flushOneOfEach(
  env: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<{ readonly outcome: FlushOutcome; readonly log: KeptLog; accounts: Record<Signal, SignalAccount> }> {
  const log = new KeptLog()
  const telemetry = createTelemetry({
    serviceName: 'alone',
    env,
    clock: systemClock,
    log,
    finalFlush: new FinalFlush(),
  })
  await telemetry.start()
  trace.getTracer('test').startSpan('a span').end()
  metrics.getMeter('test').createCounter('a.counter').add(7)
  telemetry.emitLogLine('{"msg":"a line"}')
  const outcome = await telemetry.flush(limitMs)
  telemetry.uninstall()
  return { outcome, log, accounts: telemetry.account() }
}

test.for([
  ['http/protobuf', 4318],
  ['grpc', 4317],
] as const)(
  'over %s, where nobody asked for a collector and none is there, the flush is over with one attempt',
  async ([protocol, port], { skip }) => {
    skip(await isListening(port), `somebody listens on port ${port} of this machine`)
    const { outcome, log, accounts } = await flushOneOfEach({ OTEL_EXPORTER_OTLP_PROTOCOL: protocol }, LONG_MS)

    expect(outcome).toMatchObject({ complete: false, note: `no collector at localhost:${port}` })
    for (const signal of SIGNALS) {
      const { created, dropped } = accounts[signal]
      expect(created).toBeGreaterThan(0)
      expect(dropped).toEqual({ no_collector: created })
    }
    const lost = SIGNALS.reduce((sum, signal) => sum + lostCount(accounts[signal]), 0)
    expect(outcome.details).toMatchObject({ lost })
    // The start has said so, and once is enough.
    expect(log.lines).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT is not set')])
  },
)

test.for(['http/protobuf', 'grpc'])(
  'over %s, a collector that was asked for is waited for to the end of the slice',
  async (protocol) => {
    const endpoint = `http://127.0.0.1:${await closedPort()}`
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      SEAWORTHY_SPOOL_DIR: 'off',
    }
    const { outcome, accounts } = await flushOneOfEach(env, 500)

    expect(outcome.note).toBeUndefined()
    for (const signal of SIGNALS) {
      const { created, dropped, pending } = accounts[signal]
      // On a busy machine the limit can come before the books are closed.
      expect(dropped).not.toHaveProperty('no_collector')
      expect((dropped.flush_limit ?? 0) + pending).toBe(created)
    }
  },
)

test('one endpoint that was asked for is enough to wait for all', async () => {
  const endpoint = `http://127.0.0.1:${await closedPort()}/v1/traces`
  const signals = readTelemetryEnv({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }).signals
  expect(isUnasked(signals, noAccounts())).toBe(false)
  expect(isUnasked(readTelemetryEnv({}).signals, noAccounts())).toBe(true)
  expect(isUnasked({ ...signals, traces: { ...signals.traces, exporter: 'none' } }, noAccounts())).toBe(true)
})

test.for(['http/protobuf', 'grpc'])(
  'over %s, a collector that was there once and has gone is waited for, although nobody asked for it',
  async (protocol) => {
    const receiver = createReceiver()
    const { endpoint } = await receiver.start()
    const { pipeline, signals } = await startUnasked({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    })
    const tracer = pipeline.tracerProvider.getTracer('test')
    tracer.startSpan('delivered').end()
    await expect.poll(() => pipeline.account('traces').delivered, { timeout: 10_000 }).toBe(1)
    await receiver.stop()
    tracer.startSpan('lost').end()
    await pipeline.close(500)

    expect(pipeline.account('traces').dropped).toEqual({ flush_limit: 1 })
    expect(describeAbsence(signals, { ...noAccounts(), traces: pipeline.account('traces') })).toBeUndefined()
  },
)

test('an absent collector is told only where it is the reason of every loss', () => {
  const { signals } = readTelemetryEnv({})
  const absent = { no_collector: 2, queue_full: 3 }
  const traces = { created: 5, delivered: 0, rejected: 0, dropped: absent, spooled: 0, pending: 0 }
  expect(describeAbsence(signals, { ...noAccounts(), traces })).toBe('no collector at localhost:4318')
  const failed = { ...traces, created: 6, dropped: { ...absent, failed: 1 } }
  expect(describeAbsence(signals, { ...noAccounts(), traces: failed })).toBeUndefined()
  expect(describeAbsence(signals, { ...noAccounts(), traces: { ...traces, pending: 1 } })).toBeUndefined()
  expect(describeAbsence(signals, noAccounts())).toBeUndefined()
})

test('any answer means that a collector was there, a refusal too', () => {
  const { signals } = readTelemetryEnv({})
  const none = noAccounts()
  expect(isUnasked(signals, { ...none, logs: { ...none.logs, delivered: 1 } })).toBe(false)
  expect(isUnasked(signals, { ...none, logs: { ...none.logs, rejected: 1 } })).toBe(false)
  expect(isUnasked(signals, { ...none, logs: { ...none.logs, dropped: { refused: 1 } } })).toBe(false)
  expect(isUnasked(signals, { ...none, logs: { ...none.logs, dropped: { queue_full: 1 } } })).toBe(true)
})

test('the line of the shutdown has the absent collector as a remark, and no alarm', () => {
  const telemetry = { complete: false, details: { lost: 3 }, note: 'no collector at localhost:4318' }
  const ended = { phases: [], aborted: [], figures: {}, tookMs: 20, clean: true, flushes: { telemetry } }
  const report = { ...ended, reason: { kind: 'signal', signal: 'SIGTERM' } } as const
  expect(summarise(report)).toBe(
    'stopped in 20ms (SIGTERM): everything ended by itself, no collector at localhost:4318',
  )
  expect(toReportFields(report)).toMatchObject({
    exitCode: 0,
    flush: { telemetry: { complete: false, note: 'no collector at localhost:4318', lost: 3 } },
  })
})

/** A pipeline to a real port that passes for the specification's default, which no test can move. */
async function startUnasked(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly pipeline: Engine; readonly signals: TelemetrySettings['signals'] }> {
  const settings = readTelemetryEnv({
    ...env,
    OTEL_BSP_SCHEDULE_DELAY: '1',
    OTEL_METRICS_EXPORTER: 'none',
    SEAWORTHY_SPOOL_DIR: 'off',
  })
  const asDefault = (signal: Signal): TelemetrySettings['signals'][Signal] => {
    const { exporter, otlp } = settings.signals[signal]
    return { exporter, otlp: { ...otlp, isDefault: true } }
  }
  const signals = { traces: asDefault('traces'), metrics: asDefault('metrics'), logs: asDefault('logs') }
  const account = (signal: Signal): SignalAccount => pipeline.account(signal)
  const pipeline: Engine = await startEngine({
    settings: { ...settings, signals },
    resource: { 'service.name': 'alone' },
    clock: systemClock,
    log: silentLog,
    onTrouble() {},
    onProblem() {},
    isUnasked: () =>
      isUnasked(signals, { traces: account('traces'), metrics: account('metrics'), logs: account('logs') }),
  })
  return { pipeline, signals }
}

function noAccounts(): Record<Signal, SignalAccount> {
  const none = { created: 0, delivered: 0, rejected: 0, dropped: {}, spooled: 0, pending: 0 }
  return { traces: none, metrics: none, logs: none }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost')
    const end = (isThere: boolean) => (): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.on('connect', end(true)).on('error', end(false))
  })
}
