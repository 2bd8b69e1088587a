import { expect, test } from 'vitest'
import { ManualClock, renderTraceTree, startReceiver, type TestReceiver } from '../../src/public/testing.ts'
import { gauge, logRecord, numberPoint, request, span, spanId, traceId } from '../store/samples.ts'
import { sendGood } from './started-receiver.ts'

function addSpans(receiver: TestReceiver, ...names: readonly string[]): void {
  receiver.store.add('traces', request(names.map((name, n) => span({ name, spanId: spanId(n + 1) }))))
}

test('a span that is already there is found at once', async () => {
  await using receiver = await startReceiver()
  await sendGood(receiver, 'GET /')
  expect(await receiver.waitForSpan({ service: 'orders', name: 'GET /' }, { timeout: 0 })).toMatchObject({
    name: 'GET /',
  })
})

test('a span that arrives later ends the wait at once: no time has to pass', async () => {
  const clock = new ManualClock()
  await using receiver = await startReceiver({ clock })
  const waiting = receiver.waitForSpan({ name: 'late' })
  addSpans(receiver, 'early', 'late', 'late')
  expect(await waiting).toMatchObject({ name: 'late', spanId: spanId(2) })
  expect(clock.pending).toBe(0)
})

test('several spans are waited for together, those that are there counting', async () => {
  await using receiver = await startReceiver()
  addSpans(receiver, 'a', 'b')
  const waiting = receiver.waitForSpans(3, { name: /^[abc]$/ })
  addSpans(receiver, 'x', 'c', 'a')
  expect((await waiting).map((found) => found.name)).toEqual(['a', 'b', 'c'])
})

test('log records and metric points are waited for in the same way', async () => {
  await using receiver = await startReceiver()
  const record = receiver.waitForLog({ minSeverity: 'warn', body: 'declined' })
  const point = receiver.waitForMetric({ name: 'orders', where: (found) => found.type === 'gauge' && found.value >= 2 })
  receiver.store.add(
    'logs',
    request([logRecord({ body: 'declined' }), logRecord({ body: 'card declined', severityNumber: 17 })]),
  )
  for (const value of [1, 2, 3]) receiver.store.add('metrics', request([gauge('orders', numberPoint({ value }))]))
  expect(await record).toMatchObject({ body: 'card declined' })
  expect(await point).toMatchObject({ value: 2 })
  expect(await receiver.waitForMetric({ name: 'orders' })).toMatchObject({ value: 3 })
})

test('when the time is up, the error says what was asked, how much each condition met, and what arrived instead', async () => {
  const clock = new ManualClock()
  await using receiver = await startReceiver({ clock })
  await sendGood(receiver, 'GET /')
  addSpans(receiver, 'GET /', 'POST /orders\u001b[31m')
  await (await fetch(`${receiver.endpoint}/v1/trace`, { method: 'POST' })).arrayBuffer()
  const failed = receiver
    .waitForSpan({ service: 'orders', name: 'POST /order', attribute: { 'http.route': /x/ } }, { timeout: '1.5s' })
    .catch((error: unknown) => error)
  await clock.advance(1_500)
  expect(await failed).toMatchObject({
    code: 'SEA_TESTING_TIMED_OUT',
    message: `No span arrived within 1.5s where
  service is "orders" (met by 3 of 3)
  name is "POST /order" (met by 0 of 3)
  attribute is { http.route: /x/ } (met by 0 of 3)
What arrived (spans):
  2 × orders: GET /
  1 × orders: POST /orders·[31m
The receiver answered 1 export requests and refused: 1 × unknownPath`,
    hint: expect.any(String),
  })
})

async function stackOf(waiting: Promise<unknown>): Promise<string> {
  const error = await waiting.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  return (error as Error).stack ?? ''
}

const WAITS: Readonly<Record<string, (receiver: TestReceiver) => Promise<unknown>>> = {
  waitForSpan: (receiver) => receiver.waitForSpan({}),
  waitForSpans: (receiver) => receiver.waitForSpans(2),
  waitForLog: (receiver) => receiver.waitForLog({}),
  waitForMetric: (receiver) => receiver.waitForMetric({}),
}

const LINE = String.raw`\n    at theLineThatWaits .*/test-receiver\.test\.ts`

test.each(Object.entries(WAITS))('the stack of a %s that failed leads to the line that waited', async (name, wait) => {
  const clock = new ManualClock()
  await using receiver = await startReceiver({ clock })
  // A caller of its own, so that its name in the stack is that of a line of the test.
  const theLineThatWaits = async (): Promise<unknown> => await wait(receiver)
  const timedOut = stackOf(theLineThatWaits())
  await clock.advance(60_000)
  expect(await timedOut).toMatch(/^SeaworthyError: (No|Fewer than 2) /)
  expect(await timedOut).toMatch(new RegExp(`\\n    at TestReceiver\\.${name} [^]*${LINE}`))
  const stopped = stackOf(theLineThatWaits())
  await receiver.stop()
  expect(await stopped).toMatch(new RegExp(LINE))
})

test('when nothing arrived at all, the error says that', async () => {
  const clock = new ManualClock()
  await using receiver = await startReceiver({ clock })
  const spans = receiver.waitForSpans(2).catch((error: unknown) => error)
  const log = receiver.waitForLog({}).catch((error: unknown) => error)
  await clock.advance(5_000)
  expect(await spans).toMatchObject({
    message: 'Fewer than 2 spans arrived within 5s\nNo span arrived at all\nThe receiver answered 0 export requests',
  })
  expect(await log).toMatchObject({ message: expect.stringMatching(/^No log record arrived within 5s\n/) })
})

test('many names are cut short', async () => {
  const clock = new ManualClock()
  await using receiver = await startReceiver({ clock })
  addSpans(receiver, ...Array.from({ length: 50 }, (_, n) => `span ${n}`))
  const failed = receiver.waitForSpan({ name: 'x' }).catch((error: Error) => error.message)
  await clock.advance(5_000)
  expect(await failed).toMatch(/\n {2}1 × orders: span 19\n {2}… and 30 other names\n/)
})

test('stopping the receiver refuses the waits under way, and those after it', async () => {
  const receiver = await startReceiver()
  const waiting = receiver.waitForSpan({ name: 'never' }).catch((error: unknown) => error)
  addSpans(receiver, 'there')
  await receiver.stop()
  expect(await waiting).toMatchObject({
    code: 'SEA_RECEIVER_STOPPED',
    message: expect.stringContaining('1 × orders: there'),
  })
  await expect(receiver.waitForSpan({ name: 'never' })).rejects.toMatchObject({ code: 'SEA_RECEIVER_STOPPED' })
  expect(await receiver.waitForSpan({ name: 'there' })).toMatchObject({ name: 'there' })
})

test('a condition that does not exist, a timeout that is none and a count of zero are refused', async () => {
  await using receiver = await startReceiver()
  await expect(receiver.waitForSpan({ names: 'x' } as never)).rejects.toMatchObject({ code: 'SEA_OPTIONS_INVALID' })
  await expect(receiver.waitForSpan({}, { timeout: 'soon' })).rejects.toThrow(
    'the timeout must be a number of milliseconds',
  )
  await expect(receiver.waitForSpans(0)).rejects.toThrow('the count must be a whole number from 1')
})

test('queries, the trace as a tree, and forgetting between tests', async () => {
  await using receiver = await startReceiver()
  receiver.store.add(
    'traces',
    request([span({ name: 'root' }), span({ name: 'child', spanId: spanId(2), parentSpanId: spanId(1) })]),
  )
  receiver.store.add('logs', request([logRecord({ traceId: traceId(1) })]))
  receiver.store.add('metrics', request([gauge('g', numberPoint())]))
  expect(receiver.spans({ parentSpanId: '' }).map((found) => found.name)).toEqual(['root'])
  expect(receiver.logs({ traceId: traceId(1) })).toHaveLength(1)
  expect(receiver.metrics({ name: 'g' })).toHaveLength(1)
  const trace = receiver.trace(traceId(1))
  expect(trace && renderTraceTree(trace)).toContain('└─ child')
  receiver.clear()
  expect([receiver.spans(), receiver.logs(), receiver.metrics(), receiver.trace(traceId(1))]).toEqual([
    [],
    [],
    [],
    undefined,
  ])
})

test.each(['http/protobuf', 'http/json', 'grpc'] as const)(
  'the environment for %s points all signals here and undoes what single signals say',
  async (protocol) => {
    await using receiver = await startReceiver()
    expect(receiver.environment(protocol)).toEqual({
      OTEL_SDK_DISABLED: '',
      SEAWORTHY_SPOOL_DIR: 'off',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: '',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: '',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: '',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: '',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: '',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BLRP_SCHEDULE_DELAY: '100',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    })
  },
)

test.each([
  ['span', 'OTEL_BSP_SCHEDULE_DELAY, 5s by default', (receiver: TestReceiver) => receiver.waitForSpan({})],
  ['log record', 'OTEL_BLRP_SCHEDULE_DELAY, 1s by default', (receiver: TestReceiver) => receiver.waitForLog({})],
  [
    'metric point',
    'OTEL_METRIC_EXPORT_INTERVAL, 60s by default',
    (receiver: TestReceiver) => receiver.waitForMetric({}),
  ],
] as const)('when no %s arrived at all, the hint names what holds it back: %s', async (noun, delay, wait) => {
  const clock = new ManualClock()
  await using receiver = await startReceiver({ clock })
  const failed = wait(receiver).catch((error: unknown) => error)
  await clock.advance(5_000)
  expect(await failed).toMatchObject({
    hint: `Give the service all of receiver.environment(), or wait for longer: each ${noun} is held back until the next batch (${delay}), or until the service stops.`,
  })
})

test('when others arrived, the hint is to compare, not to wait', async () => {
  const clock = new ManualClock()
  await using receiver = await startReceiver({ clock })
  addSpans(receiver, 'another')
  const failed = receiver.waitForSpan({ name: 'x' }).catch((error: unknown) => error)
  await clock.advance(5_000)
  expect(await failed).toMatchObject({ hint: 'Compare the conditions with what arrived.' })
})
