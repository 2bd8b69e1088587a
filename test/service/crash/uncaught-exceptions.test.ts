import { inspect } from 'node:util'
import { context, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ShutdownReason } from '../../../src/lifecycle/shutdown-report.ts'
import type { LastWordsOptions, Logging } from '../../../src/logging/logging.ts'
import type { CrashEvidence, UncaughtException } from '../../../src/service/crash/crash-evidence.ts'
import { UncaughtExceptions } from '../../../src/service/crash/uncaught-exceptions.ts'

type Line = { readonly fields: Readonly<Record<string, unknown>>; readonly options: LastWordsOptions | undefined }

/** @param broken what throws of what is told */
function around(broken: 'log' | 'evidence' | 'nothing' = 'nothing') {
  const lines: Line[] = []
  const kept: UncaughtException[] = []
  const reasons: ShutdownReason[] = []
  const logging: Pick<Logging, 'writeLastWords' | 'toLine'> = {
    toLine: () => '{}',
    writeLastWords(fields, _message, options) {
      if (broken === 'log') throw new Error('the log is broken')
      lines.push({ fields: fields as Line['fields'], options })
      return true
    },
  }
  const evidence: Pick<CrashEvidence, 'keepUncaught'> = {
    keepUncaught(exception) {
      if (broken === 'evidence') throw new Error('the disk is broken')
      kept.push(exception)
      return kept.length === 1 ? '/evidence/uncaught.json' : undefined
    },
  }
  const exceptions = new UncaughtExceptions({
    name: 'shop',
    logging: () => logging as Logging,
    evidence: () => evidence as CrashEvidence,
  })
  const take = (error: unknown): void => void reasons.push(exceptions.take(error, 'uncaughtException'))
  return { take, kept, lines, reasons }
}

test('it is kept, told of for the telemetry, too, and a reason to end, with the file in both', () => {
  const { take, kept, lines, reasons } = around()
  const error = new Error('boom')
  take(error)
  expect(kept).toEqual([{ error, origin: 'uncaughtException', line: '{}' }])
  const evidence = '/evidence/uncaught.json'
  expect(lines).toEqual([
    {
      fields: { event: 'crash.uncaught', err: error, origin: 'uncaughtException', evidence },
      options: { level: 'fatal', isExported: true },
    },
  ])
  expect(reasons).toEqual([{ kind: 'uncaught', error, evidence }])
})

test('a span that has ended, such as that of a request whose timer throws, is left as it was sent', () => {
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  const quiet = (): void => {}
  diag.setLogger({ warn, error: quiet, info: quiet, debug: quiet, verbose: quiet }, { suppressOverrideMessage: true })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => {
    context.disable()
    diag.disable()
  })
  const tracer = new TracerProvider().getTracer('test')
  const spans = [tracer.startSpan('ended'), tracer.startSpan('goes on')]
  spans[0]?.end()

  for (const span of spans) context.with(trace.setSpan(context.active(), span), () => around().take(new Error('boom')))
  expect(warnings).toEqual([])
  expect(spans.map((span) => (span as Partial<ReadableSpan>).events?.length)).toEqual([0, 1])
})

test.each(['log', 'evidence'] as const)('where the %s fails, the service ends all the same', (broken) => {
  const { take, lines, reasons } = around(broken)
  take(new Error('boom'))
  expect(reasons).toHaveLength(1)
  expect(lines).toHaveLength(broken === 'log' ? 0 : 1)
})

test('each of a thousand is a reason to end, ten are told of', () => {
  const { take, lines, reasons } = around()
  for (let count = 0; count < 1000; count++) take(new Error('boom'))
  expect(reasons).toHaveLength(1000)
  expect(lines).toHaveLength(10)
})

test.each([
  ['undefined', undefined, { type: 'undefined', message: 'undefined' }],
  ['null', null, { type: 'null', message: 'null' }],
  ['a text', 'boom', { type: 'string', message: 'boom' }],
  ['a symbol', Symbol('boom'), { type: 'symbol', message: 'Symbol(boom)' }],
])('%s that is thrown is told of as what it is', (_what, thrown, err) => {
  const { take, lines, reasons } = around()
  take(thrown)
  expect(lines[0]?.fields['err']).toEqual(err)
  expect(reasons).toMatchObject([{ error: thrown }])
})

describe('an error with a document in it', () => {
  const LONG = 'x'.repeat(1_000_000)
  const tellOf = (thrown: unknown): unknown => {
    const { take, lines, reasons, kept } = around()
    take(thrown)
    expect(lines).toHaveLength(1)
    for (const told of [lines[0]?.fields, kept, reasons])
      expect(inspect(told, { depth: 20 }).length).toBeLessThan(40_000)
    return lines[0]?.fields['err']
  }

  test('is told of by the beginning of its message, and by its code, its class and its frames', () => {
    const told = tellOf(Object.assign(new RangeError(`too long: ${LONG}`), { code: 'E_LONG', body: LONG })) as Error
    expect(told).toBeInstanceOf(RangeError)
    expect(told).toMatchObject({
      code: 'E_LONG',
      message: expect.stringMatching(/^too long: x+… \(1000010 characters\)$/),
    })
    expect(told.stack).toMatch(/^RangeError: too long: x+… \(1000010 characters\)\n {4}at .*uncaught-exceptions\.test/)
    expect(told).not.toHaveProperty('body')
  })

  test.each([
    ['in a field', Object.assign(new Error('boom'), { body: LONG })],
    ['in a list', Object.assign(new Error('boom'), { parts: [{ text: LONG }] })],
    [
      'in many small ones',
      Object.assign(new Error('boom'), { rows: Array.from({ length: 10_000 }, () => 'some words') }),
    ],
    ['in a cause', new Error('boom', { cause: new Error(LONG) })],
  ])('%s is told of without', (_where, error) => {
    expect(tellOf(error)).toMatchObject({ message: 'boom' })
  })

  test('no secret is cut in two', () => {
    const told = tellOf(new Error(`${'x'.repeat(4070)} postgres://app:hunter2@db ${LONG}`)) as Error
    expect(`${told.message}${told.stack}`).not.toContain('hunt')
  })

  test('that is none, or refuses to be read, is told of in words', () => {
    expect(tellOf({ body: LONG })).toEqual({
      type: 'string',
      message: '[object Object], which is too large to be told',
    })
    expect(tellOf(LONG)).toMatchObject({ message: expect.stringContaining('(1000000 characters)') })
  })
})
