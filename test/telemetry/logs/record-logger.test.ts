import { context, type LogRecord, logs as newLogs, ROOT_CONTEXT, SeverityNumber, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { expect, test } from 'vitest'
import { registerApiGlobals } from '../../../src/telemetry/api-globals.ts'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import type { EmittedLogRecord } from '../../../src/telemetry/logs/emitted-log-record.ts'
import type { EngineLoggerProvider } from '../../../src/telemetry/logs/engine-logger-provider.ts'
import type { LogRecordProcessor } from '../../../src/telemetry/logs/log-record-processor.ts'
import { LocalTrace } from '../../../src/telemetry/trace/local-trace.ts'
import { PassiveSpan } from '../../../src/telemetry/trace/passive-span.ts'
import { RandomWords } from '../../../src/telemetry/trace/random-words.ts'
import { Logs, NOW_MS } from './logs-fixture.ts'

const NOW_NS = BigInt(NOW_MS) * 1_000_000n
const SPAN_CONTEXT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }

const emitOne = (record: LogRecord, logs = new Logs()) => {
  logs.provider.getLogger('test').emit(record)
  return logs.records()[0]
}

test('everything that a record says goes out', () => {
  const record = emitOne({
    timestamp: [1_700_000_000, 123_456_789],
    observedTimestamp: new Date(1_700_000_001_500),
    severityNumber: SeverityNumber.WARN2,
    severityText: 'careful',
    body: { text: 'hello', list: [1, 2.5, null, true] },
    attributes: { a: 1, b: 'x', c: [1, 'y'], d: { e: false }, f: null, g: new Uint8Array([1, 2]) },
    eventName: 'shop.order',
    context: trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT),
  })
  expect(record).toEqual({
    timeUnixNano: 1_700_000_000_123_456_789n,
    observedTimeUnixNano: 1_700_000_001_500_000_000n,
    severityNumber: 14,
    severityText: 'careful',
    body: { text: 'hello', list: [1, 2.5, null, true] },
    attributes: { a: 1, b: 'x', c: [1, 'y'], d: { e: false }, f: null, g: new Uint8Array([1, 2]) },
    droppedAttributesCount: 0,
    flags: 1,
    traceId: SPAN_CONTEXT.traceId,
    spanId: SPAN_CONTEXT.spanId,
    eventName: 'shop.order',
  })
})

test('what is not said is now, or nothing', () => {
  expect(emitOne({})).toMatchObject({
    timeUnixNano: NOW_NS,
    observedTimeUnixNano: NOW_NS,
    severityNumber: 0,
    body: null,
    traceId: '',
    spanId: '',
    flags: 0,
  })
  expect(emitOne({ timestamp: new Date(Number.NaN) })?.timeUnixNano).toBe(NOW_NS)
  expect(emitOne({ timestamp: 'yesterday' as never })?.timeUnixNano).toBe(NOW_NS)
})

test('the span of our own context, its ids as numbers, is that of the record', () => {
  const span = new PassiveSpan(LocalTrace.continue(SPAN_CONTEXT.traceId), 3, undefined, new RandomWords())
  const record = emitOne({ body: 'x', context: FAST_ROOT.withSpan(span) })
  expect(record).toMatchObject({ traceId: SPAN_CONTEXT.traceId, spanId: span.spanContext().spanId, flags: 3 })
  expect(emitOne({ context: trace.setSpanContext(ROOT_CONTEXT, { ...SPAN_CONTEXT, spanId: 'x' }) })?.traceId).toBe('')
})

test('what is changed after the call changes nothing', () => {
  const logs = new Logs()
  const body = { deep: [{ n: 1 }] }
  const attributes = { deep: { list: [1] }, bytes: new Uint8Array([1]) }
  logs.provider.getLogger('test').emit({ body, attributes })
  body.deep[0] = { n: 2 }
  attributes.deep.list.push(2)
  attributes.bytes[0] = 9
  expect(logs.records()).toMatchObject([
    { body: { deep: [{ n: 1 }] }, attributes: { deep: { list: [1] }, bytes: new Uint8Array([1]) } },
  ])
})

test('attributes have their limits: number, length, and what is dropped is counted', () => {
  const logs = new Logs({ limits: { count: 2, valueLength: 3 } })
  const attributes = { a: undefined, b: 'abcdef', f: () => 0, c: ['abcdef', { d: 'abcdef' }], e: 1, g: 2 }
  const record = emitOne({ attributes, body: 'abcdef' }, logs)
  expect(record?.attributes).toEqual({ b: 'abc', c: ['abc', { d: 'abc' }] })
  expect(record).toMatchObject({ droppedAttributesCount: 2, body: 'abcdef' })
  const bytes = emitOne({ attributes: { bytes: new Uint8Array([1, 2, 3, 4]) } }, logs)
  expect(bytes?.attributes).toEqual({ bytes: new Uint8Array([1, 2, 3]) })
})

test('a limit of no characters is none, as in the SDK', () => {
  const logs = new Logs({ limits: { count: 128, valueLength: 0 } })
  expect(emitOne({ attributes: { a: 'abc' } }, logs)?.attributes).toEqual({ a: 'abc' })
})

test('an exception becomes attributes, except what the record says of it itself', () => {
  const exception = Object.assign(new RangeError('too far'), { stack: 'RangeError: too far\n  at x' })
  expect(emitOne({ exception, attributes: { 'exception.message': 'mine' } })?.attributes).toEqual({
    'exception.message': 'mine',
    'exception.type': 'RangeError',
    'exception.stacktrace': 'RangeError: too far\n  at x',
  })
  expect(emitOne({ exception: Object.assign(new Error('x'), { code: 'E_X' }) })?.attributes).toMatchObject({
    'exception.type': 'E_X',
  })
  expect(emitOne({ exception: 'thrown' })?.attributes).toEqual({ 'exception.message': 'thrown' })
  const hostile = {
    get name(): string {
      throw new Error('no')
    },
  }
  expect(emitOne({ exception: hostile, body: 'x' })).toMatchObject({ attributes: {}, body: 'x' })
})

test('a body takes what no attribute may be, as near as possible', () => {
  const circle: Record<string, unknown> = { a: 1 }
  circle['self'] = circle
  const error = Object.assign(new Error('no'), { stack: 'Error: no\n  at y' })
  const when = new Date(0)
  expect(emitOne({ body: { error, when, big: 2n ** 70n, id: 2n ** 60n, call: () => 0 } })?.body).toEqual({
    error: 'Error: no\n  at y',
    when: '1970-01-01T00:00:00.000Z',
    big: String(2n ** 70n),
    id: 2n ** 60n,
    call: null,
  })
  expect(emitOne({ body: circle })?.body).toMatchObject({ a: 1, self: { a: 1, self: { a: 1 } } })
  const hostile = {
    get text(): string {
      throw new Error('no')
    },
  }
  expect(emitOne({ body: hostile })?.body).toBe('[a body that cannot be read]')
  class Order {
    id = 7
  }
  expect(emitOne({ body: new Order() })?.body).toEqual({ id: 7 })
})

test('attributes that are no valid value, or throw, are left out, and the record goes out', () => {
  const circle: unknown[] = []
  circle.push(circle)
  const attributes = {
    circle,
    date: new Date(),
    big: 1n,
    wide: Array.from({ length: 20_000 }, () => 1),
    '': 1,
    fine: 'yes',
    get hostile(): string {
      throw new Error('no')
    },
  }
  const record = emitOne({ attributes })
  expect(record?.attributes).toEqual({ fine: 'yes' })
  expect(record?.droppedAttributesCount).toBe(0)
})

test('nothing that is handed over makes it throw, and the account balances', () => {
  const logs = new Logs()
  const logger = logs.provider.getLogger('test')
  for (const garbage of [undefined, null, 1, 'x', [], { attributes: 7 }, { context: 7 }, { severityNumber: 'x' }]) {
    expect(() => logger.emit(garbage as never)).not.toThrow()
  }
  const broken = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no')
      },
    },
  )
  logger.emit({ attributes: broken, body: 'x' })
  const { created, dropped, pending } = logs.ledger.account
  expect(created).toBe(pending + (dropped.encode_failed ?? 0))
  expect(logs.records()).toHaveLength(pending)
})

test('a record that is made while another one is written comes after it, whole', () => {
  const logs = new Logs()
  const logger = logs.provider.getLogger('test')
  const attributes = {
    a: 1,
    get b(): number {
      logger.emit({ body: 'inner', attributes: { x: 1 } })
      return 2
    },
    c: 3,
  }
  logger.emit({ body: 'outer', attributes })
  expect(logs.records()).toMatchObject([
    { body: 'outer', attributes: { a: 1, b: 2, c: 3 } },
    { body: 'inner', attributes: { x: 1 } },
  ])
})

test('how many attributes a record has does not depend on one that is made while it is read', () => {
  const logs = new Logs({ limits: { count: 2, valueLength: 100 } })
  const logger = logs.provider.getLogger('test')
  const attributes = {
    a: 1,
    get b(): number {
      logger.emit({ attributes: { x: 1, y: 2, z: 3 } })
      return 2
    },
    c: 3,
  }
  logger.emit({ attributes })
  expect(logs.records().map((record) => [record.attributes, record.droppedAttributesCount])).toEqual([
    [{ a: 1, b: 2 }, 1],
    [{ x: 1, y: 2 }, 1],
  ])
})

test('how large a value is does not depend on one that is made while it is read', () => {
  const logs = new Logs()
  const logger = logs.provider.getLogger('test')
  const list = (length: number): number[] => Array.from({ length }, () => 1)
  const value = {
    before: list(1000),
    get inside(): number {
      logger.emit({ attributes: { list: list(6000) } })
      return 1
    },
    after: list(5000),
  }
  logger.emit({ body: 'outer', attributes: { value } })
  expect(logs.records().map(({ attributes }) => Object.keys(attributes))).toEqual([['value'], ['list']])
})

test('of the same scope there is one logger, and its scope goes out once with its attributes', () => {
  const logs = new Logs()
  const options = { schemaUrl: 'https://example.com/s', attributes: { team: 'a', bad: { nested: 1 } } }
  const logger = logs.provider.getLogger('db', '1.0', options)
  expect(logs.provider.getLogger('db', '1.0', { ...options })).toBe(logger)
  expect(logs.provider.getLogger('db', '1.1', options)).not.toBe(logger)
  logger.emit({ body: 'x' })
  logger.emit({ body: 'y' })
  logs.provider.getLogger('').emit({ body: 'z' })
  expect(logs.scopes()).toMatchObject([
    { name: 'db', version: '1.0', schemaUrl: 'https://example.com/s', attributes: { team: 'a' } },
    { name: 'unknown', version: '' },
  ])
})

test('a program that makes a logger for each request does not fill the memory', () => {
  const logs = new Logs()
  const first = logs.provider.getLogger('logger 0')
  for (let index = 1; index <= 1024; index++) logs.provider.getLogger(`logger ${index}`)
  expect(logs.provider.getLogger('logger 0')).not.toBe(first)
})

/** A processor that notes what it is called with. */
class Noting implements LogRecordProcessor {
  readonly calls: string[] = []
  last: EmittedLogRecord | undefined
  readonly #change: (record: EmittedLogRecord) => void

  constructor(change: (record: EmittedLogRecord) => void = () => {}) {
    this.#change = change
  }
  onEmit(record: EmittedLogRecord): void {
    this.calls.push(`emit ${String(record.body)}`)
    this.last = record
    this.#change(record)
  }
  async forceFlush(): Promise<void> {
    this.calls.push('flush')
  }
  async shutdown(): Promise<void> {
    this.calls.push('shutdown')
  }
}

test('processors of third parties see a record and change it before it goes out, and not afterwards', () => {
  const processor = new Noting((record) => {
    record.setAttribute('added', [1]).setBody('changed').setSeverityText('LOUD').setSeverityNumber(SeverityNumber.ERROR)
    record.setEventName('x.y')
    record.attributes['direct'] = 'yes'
    record.hrTime = [5, 6]
    record.spanContext = SPAN_CONTEXT
  })
  const logs = new Logs({ processors: [processor] })
  logs.provider.getLogger('test').emit({ body: 'first', attributes: { a: 1 } })
  const record = processor.last
  expect(record?.instrumentationScope.name).toBe('test')
  expect(record?.resource.attributes).toEqual({ 'service.name': 'shop' })
  record?.setBody('too late').setAttribute('late', 1)
  expect(logs.records()).toMatchObject([
    {
      timeUnixNano: 5_000_000_006n,
      body: 'changed',
      severityText: 'LOUD',
      severityNumber: 17,
      eventName: 'x.y',
      attributes: { a: 1, added: [1], direct: 'yes' },
      traceId: SPAN_CONTEXT.traceId,
    },
  ])
  expect(record?.body).toBe('changed')
})

test('a processor may keep a record: its body stays as it was', () => {
  const processor = new Noting()
  const body = { deep: { n: 1 } }
  new Logs({ processors: [processor] }).provider.getLogger('test').emit({ body })
  body.deep.n = 2
  expect(processor.last?.body).toEqual({ deep: { n: 1 } })
})

test('a processor that throws harms neither the others nor the record', async () => {
  const angry = new Noting(() => {
    throw new Error('no')
  })
  angry.forceFlush = () => Promise.reject(new Error('no'))
  const calm = new Noting()
  const logs = new Logs({ processors: [angry, calm] })
  logs.provider.getLogger('test').emit({ body: 'x' })
  await logs.provider.forceFlush()
  await logs.provider.shutdown()
  expect(calm.calls).toEqual(['emit x', 'flush', 'flush', 'shutdown'])
  expect(logs.records()).toMatchObject([{ body: 'x' }])
})

test('enabled: whenever records are exported, else when a processor wants them', () => {
  expect(new Logs().provider.getLogger('x').enabled()).toBe(true)
  expect(new Logs({ chunks: undefined }).provider.getLogger('x').enabled()).toBe(false)
  const choosy: LogRecordProcessor = Object.assign(new Noting(), {
    enabled: ({ severityNumber }: { severityNumber?: SeverityNumber | undefined }) =>
      severityNumber === SeverityNumber.WARN,
  })
  const logger = new Logs({ chunks: undefined, processors: [choosy] }).provider.getLogger('x')
  expect(
    [SeverityNumber.WARN, SeverityNumber.INFO].map((severityNumber) => logger.enabled({ severityNumber })),
  ).toEqual([true, false])
  const angry = Object.assign(new Noting(), {
    enabled: () => {
      throw new Error('no')
    },
  })
  expect(new Logs({ chunks: undefined, processors: [angry] }).provider.getLogger('x').enabled()).toBe(true)
})

test('where nothing is exported and nobody listens, nothing happens', async () => {
  const logs = new Logs({ chunks: undefined })
  logs.provider.getLogger('x').emit({ body: 'x' })
  logs.provider.getLineLogger('x').emit('{"msg":"x"}')
  await logs.provider.forceFlush()
  expect(logs.chunks).toEqual([])
})

test('a flush hands on what is open, and waits for the delivery', async () => {
  const steps: string[] = []
  const logs: Logs = new Logs({ flush: async () => void steps.push(`deliver ${logs.chunks.length}`) })
  logs.provider.getLogger('x').emit({ body: 'x' })
  await logs.provider.forceFlush()
  expect(steps).toEqual(['deliver 1'])
})

const LEGACY_LOGS = Symbol.for('io.opentelemetry.js.api.logs')
interface LegacyGlobal {
  [LEGACY_LOGS]?: (version: number) => unknown
}

test('both logs globals find the provider, and loggers of the older one have their options', () => {
  const manager = new AsyncLocalStorageContextManager().enable()
  const logs = new Logs()
  const registration = registerApiGlobals({
    contextManager: manager,
    propagator: { inject: () => {}, extract: (into) => into, fields: () => [] },
    loggerProvider: logs.provider,
  })
  try {
    expect([...registration.taken]).toEqual([])
    // As `@opentelemetry/api-logs` looks for it.
    const oldLogs = (globalThis as unknown as LegacyGlobal)[LEGACY_LOGS]?.(1) as EngineLoggerProvider
    const options = { scopeAttributes: { team: 'a' }, includeTraceContext: false }
    context.with(trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT), () => {
      newLogs.getLogger('new').emit({ body: 'new' })
      oldLogs.getLogger('old').emit({ body: 'old' })
      oldLogs.getLogger('old', '1', options).emit({ body: 'detached' })
    })
    const scopes = logs.scopes()
    expect(scopes).toMatchObject([{ name: 'new' }, { name: 'old' }, { name: 'old', attributes: { team: 'a' } }])
    context.with(trace.setSpanContext(ROOT_CONTEXT, SPAN_CONTEXT), () => {
      oldLogs.getLogger('old').emit({ body: 'old' })
      oldLogs.getLogger('old', '1', options).emit({ body: 'detached' })
    })
    expect(logs.records().map(({ body, traceId }) => [body, traceId])).toEqual([
      ['old', SPAN_CONTEXT.traceId],
      ['detached', ''],
    ])
  } finally {
    registration.restore()
  }
})

test('without a context of its own, the record belongs to the active one', () => {
  // Nothing is registered in this process: that is the root, outside any span.
  expect(context.active()).toBe(ROOT_CONTEXT)
  expect(emitOne({ body: 'x' })?.traceId).toBe('')
})

test('attributes that cannot be read cost a record nothing else', () => {
  const fail = (): never => {
    throw new Error('of the service')
  }
  const hostile = new Proxy({}, { get: fail, ownKeys: fail })
  const half = Object.defineProperty({ whole: 1 }, 'bad', { enumerable: true, get: fail })
  expect(emitOne({ body: 'said', attributes: hostile })).toMatchObject({ body: 'said', attributes: {} })
  expect(emitOne({ body: 'said', attributes: half })).toMatchObject({ body: 'said', attributes: { whole: 1 } })
})
