import { hostname } from 'node:os'
import { context, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/core/log.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { LOG_LEVELS, type LogLevel } from '../../src/logging/log-level.ts'
import { createLogging, type LoggingOptions } from '../../src/logging/logging.ts'
import { recordedLogging } from './recorded-logging.ts'

test('a line says what, when, how grave, by whom and where', () => {
  const { logging, lines } = recordedLogging({ version: '1.2.3', instanceId: 'orders-7f' })

  logging.log.info({ port: 8080 }, 'listening')

  expect(lines()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'orders',
      version: '1.2.3',
      instance: 'orders-7f',
      pid: process.pid,
      hostname: hostname(),
      port: 8080,
      msg: 'listening',
    },
  ])
})

test('an error has type, message, stack, its own fields and its causes; a frozen one, too', () => {
  const { logging, lines } = recordedLogging()
  const cause = Object.freeze(new TypeError('inner', { cause: 'a text' }))

  logging.log.error(Object.freeze(Object.assign(new RangeError('outer', { cause }), { code: 'E_OUT', port: 80 })))
  logging.log.error({ err: new AggregateError([new Error('one'), new Error('two')], 'both') }, 'failed')

  expect(lines()).toMatchObject([
    {
      level: 'error',
      msg: 'outer',
      err: {
        type: 'RangeError',
        message: 'outer',
        stack: expect.stringContaining('RangeError: outer\n    at '),
        code: 'E_OUT',
        port: 80,
        cause: {
          type: 'TypeError',
          message: 'inner',
          stack: expect.stringContaining('TypeError: inner'),
          cause: 'a text',
        },
      },
    },
    { msg: 'failed', err: { type: 'AggregateError', errors: [{ message: 'one' }, { message: 'two' }] } },
  ])
})

test('an error that is its own cause ends', () => {
  const { logging, lines } = recordedLogging()
  const error = new Error('me')
  error.cause = error

  logging.log.error(error)

  expect(JSON.stringify(lines())).toContain('[circular]')
})

test('a line within a span carries its ids, one outside or within an invalid span does not', () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  onTestFinished(() => context.disable())
  const { logging, lines } = recordedLogging()
  const valid: SpanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
  const invalid: SpanContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }
  const within = (span: SpanContext, work: () => void) =>
    context.with(trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(span)), work)

  logging.log.info('outside')
  within(valid, () => logging.log.child({ a: 1 }).info('sampled'))
  within({ ...valid, traceFlags: 0 }, () => logging.log.info({ b: 2 }, 'not sampled'))
  within(invalid, () => logging.log.info('invalid'))

  const ids = lines().map(({ trace_id, span_id, trace_flags }) => [trace_id, span_id, trace_flags])
  expect(ids).toEqual([
    [undefined, undefined, undefined],
    [valid.traceId, valid.spanId, '01'],
    [valid.traceId, valid.spanId, '00'],
    [undefined, undefined, undefined],
  ])
})

test.each(LOG_LEVELS)('at the level %s, lines of that level and graver ones are written', (level) => {
  const { logging, lines } = recordedLogging({ level })
  const { log } = logging

  for (const lineLevel of LOG_LEVELS) if (lineLevel !== 'silent') log[lineLevel]('m')

  expect(lines().map((line) => line['level'])).toEqual(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level), -1))
})

test('a change of the level holds at once, for children that are there already and for later ones', () => {
  const { logging, messages } = recordedLogging()
  const child = logging.log.child({ component: 'db' })
  const grandchild = child.child({ query: 1 })
  child.debug('too early')

  logging.level = 'debug'
  child.debug('child')
  grandchild.debug('grandchild')
  logging.log.child({}).debug('later child')
  logging.level = 'error'
  grandchild.warn('too late')

  expect(messages()).toEqual(['child', 'grandchild', 'later child'])
  expect(logging.level).toBe('error')
  expect(child.isLevelEnabled('warn')).toBe(false)
})

test('a child with a level of its own keeps it', () => {
  const { logging, messages } = recordedLogging()
  const noisy = logging.log.child({}, { level: 'trace' })

  logging.level = 'error'
  noisy.debug('still here')

  expect(messages()).toEqual(['still here'])
})

test('a level that does not exist is refused, and the old one stays', () => {
  const { logging } = recordedLogging()

  expect(() => {
    logging.level = 'debgu' as LogLevel
  }).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: 'logging.level is "debgu", expected one of trace, debug, info, warn, error, fatal, silent',
      hint: 'Did you mean "debug"?',
    }),
  )
  expect(() => {
    logging.level = 30 as unknown as LogLevel
  }).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  expect(logging.level).toBe('info')
})

test('every mistake in the options is in one message', () => {
  const wrong = { level: 'loud', redact: ['a..b'], fd: -1, onLine: 'x', maxBufferedBytes: 1, versoin: '1' }

  expect(() => createLogging(wrong as unknown as LoggingOptions)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: [
        'createLogging():',
        '  - "service" is required',
        '  - "level" is "loud", expected one of trace, debug, info, warn, error, fatal, silent',
        '  - "redact" holds "a..b", which is no name and no path such as "user.email"',
        '  - "fd" is -1, expected 0 to 65535',
        '  - "onLine" expected a function, got a string',
        '  - "maxBufferedBytes" is 1, expected 65536 to 268435456',
        '  - "versoin" is not an option. Did you mean "version"?',
      ].join('\n'),
    }),
  )
})

test('onLine gets every line that is written, its secrets hidden', () => {
  const given: string[] = []
  const { logging } = recordedLogging({ level: 'warn', onLine: (line) => void given.push(line) })

  logging.log.info('below the level')
  logging.log.warn({ password: 'canary' }, 'to postgres://u:canary@h')
  logging.log.child({ token: 'canary' }).error('child')

  expect(given).toHaveLength(2)
  expect(given.join('')).not.toContain('canary')
  expect(given.every((line) => line.endsWith('}\n'))).toBe(true)
})

test('an onLine that throws is counted and costs no line', () => {
  const { logging, messages } = recordedLogging({
    onLine: () => {
      throw new Error('bridge')
    },
  })

  logging.log.info('one')
  logging.log.info('two')

  expect(messages()).toEqual(['one', 'two'])
  expect(logging.counts).toMatchObject({ writtenLines: 2, onLineErrors: 2 })
})

test('what onLine logs itself is written, and not given to it again', () => {
  const given: string[] = []
  const made = recordedLogging({
    onLine: (line) => {
      given.push(line)
      made.logging.log.warn('from within')
    },
  })

  made.logging.log.info('one')

  expect(made.messages()).toEqual(['one', 'from within'])
  expect(given).toHaveLength(1)
})

test('the last words are written at every level but silent, and not given to onLine', () => {
  const given: string[] = []
  const { logging, lines } = recordedLogging({ level: 'fatal', onLine: (line) => void given.push(line) })

  expect(logging.writeLastWords({ exitCode: 0, token: 'canary' }, 'stopped')).toBe(true)
  expect(logging.writeLastWords({}, 'worse', { level: 'fatal' })).toBe(true)
  logging.level = 'silent'
  expect(logging.writeLastWords({}, 'nobody hears this')).toBe(false)

  expect(lines()).toMatchObject([
    { level: 'info', msg: 'stopped', exitCode: 0, token: '[redacted]' },
    { level: 'fatal', msg: 'worse' },
  ])
  expect(given).toEqual([])
})

test('a flush of a log without backlog is complete', async () => {
  const { logging } = recordedLogging({ clock: new ManualClock() })
  logging.log.info('one')

  expect(await logging.flush(1_000)).toEqual({ complete: true, droppedLines: 0, bufferedBytes: 0 })
})

test('after close nothing is written, and what is lost is counted', async () => {
  const { logging, messages } = recordedLogging()
  logging.log.info('one')

  logging.close()
  logging.log.info('two')

  expect(logging.writeLastWords({}, 'three')).toBe(false)
  expect(messages()).toEqual(['one'])
  expect(await logging.flush(10)).toEqual({ complete: true, droppedLines: 2, bufferedBytes: 0 })
})

test('a pino logger is what it is: serializers, formats and flush work, and core takes it as its log', async () => {
  const { logging, lines } = recordedLogging()
  const log: Log = logging.log.child(
    { component: 'api' },
    { serializers: { req: ({ method }: { method: string }) => ({ method }) } },
  )

  log.warn({ req: { method: 'GET', socket: {} } }, 'slow')
  logging.log.info('%s took %d ms', 'it', 12)
  await new Promise<void>((resolve) => logging.log.flush(() => resolve()))

  expect(lines()).toMatchObject([
    { level: 'warn', component: 'api', req: { method: 'GET' }, msg: 'slow' },
    { level: 'info', msg: 'it took 12 ms' },
  ])
  expect(lines()[0]?.['req']).toEqual({ method: 'GET' })
})
