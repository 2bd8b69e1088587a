import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type TimeInput,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import fc, { type Arbitrary } from 'fast-check'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'

/** One call of the API. `at` chooses the span it is made on, of those that there are. */
export type Step =
  | { readonly do: 'start'; readonly parent: Parent; readonly name: string; readonly options: SpanOptions }
  | { readonly do: 'setAttribute'; readonly at: number; readonly key: string; readonly value: unknown }
  | { readonly do: 'setAttributes'; readonly at: number; readonly attributes: Record<string, unknown> }
  | { readonly do: 'addEvent'; readonly at: number; readonly args: readonly [string, unknown?, unknown?] }
  | { readonly do: 'addLinks'; readonly at: number; readonly links: NonNullable<SpanOptions['links']> }
  | { readonly do: 'recordException'; readonly at: number; readonly exception: unknown; readonly time?: TimeInput }
  | { readonly do: 'setStatus'; readonly at: number; readonly code: number; readonly message: unknown }
  | { readonly do: 'updateName'; readonly at: number; readonly name: string }
  | { readonly do: 'end'; readonly at: number; readonly time?: TimeInput }

export type Parent =
  | { readonly kind: 'none' | 'suppressed' }
  | { readonly kind: 'span'; readonly at: number }
  | { readonly kind: 'remote'; readonly context: SpanContext }

export type Program = readonly Step[]

/** Makes all the calls, and ends what is open at the end. Spans that record are named by their number, too. */
export function run(program: Program, tracer: Tracer): void {
  const spans: Span[] = []
  for (const step of program) {
    if (step.do === 'start') {
      const span = tracer.startSpan(`${spans.length}:${step.name}`, step.options, contextOf(step.parent, spans))
      spans.push(span)
    } else {
      const index = spans.length === 0 ? -1 : step.at % spans.length
      const span = spans[index]
      if (span !== undefined) call(step, span, index)
    }
  }
  for (const span of spans) if (span.isRecording()) span.end()
}

function contextOf(parent: Parent, spans: readonly Span[]): Context {
  switch (parent.kind) {
    case 'none':
      return ROOT_CONTEXT
    case 'suppressed':
      return suppressTracing(ROOT_CONTEXT)
    case 'remote':
      return trace.setSpanContext(ROOT_CONTEXT, parent.context)
    case 'span': {
      const span = spans[parent.at % Math.max(1, spans.length)]
      return span === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, span)
    }
  }
}

function call(step: Exclude<Step, { do: 'start' }>, span: Span, index: number): void {
  switch (step.do) {
    case 'setAttribute':
      return void span.setAttribute(step.key, step.value)
    case 'setAttributes':
      return void span.setAttributes(step.attributes)
    case 'addEvent':
      return void span.addEvent(...(step.args as [string]))
    case 'addLinks':
      return void span.addLinks([...step.links])
    case 'recordException':
      return span.recordException(step.exception as string, step.time)
    case 'setStatus':
      return void span.setStatus({ code: step.code, message: step.message as string })
    case 'updateName':
      return void span.updateName(`${index}:${step.name}`)
    case 'end':
      return span.end(step.time)
  }
}

const word = fc.oneof(
  fc.constantFrom('http.route', 'db.system.name', 'a', 'b', 'c', 'ключ', 'x'.repeat(200)),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)
const number = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(0, 0.5, Number.NaN, Infinity))
  .map((value) => (Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value)) ? 0 : value))
const primitive = fc.oneof(word, number, fc.boolean(), fc.string({ unit: 'grapheme', minLength: 30, maxLength: 200 }))
const impossible: Arbitrary<unknown> = fc.constantFrom<unknown>(
  undefined,
  10n,
  Symbol('s'),
  () => 0,
  new Date(0),
  new Map(),
  new Error('no value'),
  circle(),
)
const bytes = fc.uint8Array({ maxLength: 20 })
const { any } = fc.letrec<{ any: unknown; list: unknown; map: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    { weight: 8, arbitrary: primitive },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: impossible },
    { weight: 2, arbitrary: tie('list') },
    { weight: 2, arbitrary: tie('map') },
  ),
  list: fc.oneof(
    fc.array(tie('any'), { maxLength: 4 }),
    fc.array(word, { maxLength: 4 }),
    fc.array(number, { maxLength: 3 }),
  ),
  map: fc.dictionary(word, tie('any'), { maxKeys: 4, noNullPrototype: true }),
}))
const attributes = fc.dictionary(word, any, { maxKeys: 6, noNullPrototype: true })

/** All given times are of 2020 or 2021: what is of today was measured. */
const time: Arbitrary<TimeInput> = fc.oneof(
  fc.integer({ min: 1_580_000_000_000, max: 1_620_000_000_000 }),
  fc.integer({ min: 1_580_000_000_000, max: 1_620_000_000_000 }).map((ms) => new Date(ms)),
  fc.tuple(fc.integer({ min: 1_580_000_000, max: 1_620_000_000 }), fc.integer({ min: 0, max: 999_999_999 })),
)
const hex = (length: number): Arbitrary<string> =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length })
    .filter((id) => !/^0+$/.test(id))
const spanContext: Arbitrary<SpanContext> = fc
  .record({
    traceId: hex(32),
    spanId: hex(16),
    traceFlags: fc.constantFrom(0, 1),
    isRemote: fc.boolean(),
    state: fc.constantFrom('', 'a=1', 'vendor=x,other=y'),
  })
  .map(({ state, ...rest }) => (state === '' ? rest : { ...rest, traceState: createTraceState(state) }))
const link = fc.record({ context: spanContext, attributes }, { requiredKeys: ['context'] })
const options = fc.record(
  {
    kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER),
    attributes,
    links: fc.array(link, { maxLength: 4 }),
    startTime: time,
    root: fc.boolean(),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const exception = fc.oneof(
  word,
  fc.constantFrom(new Error('failed'), new TypeError(''), { code: 'ECONNRESET' }, { code: 42, message: 'm' }, {}),
  fc.constantFrom({ name: 'E', stack: 'at x' }, { message: 7 }, { name: { of: 'object' }, message: 'm' }),
)
const parent: Arbitrary<Parent> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'none' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'suppressed' } as const) },
  { weight: 4, arbitrary: fc.nat().map((at) => ({ kind: 'span', at }) as const) },
  { weight: 2, arbitrary: spanContext.map((context) => ({ kind: 'remote', context }) as const) },
)
const at = fc.nat()
const step: Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('start' as const), parent, name: word, options }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('setAttribute' as const), at, key: word, value: any }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('setAttributes' as const), at, attributes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('addEvent' as const),
      at,
      args: fc.oneof(
        fc.tuple(word),
        fc.tuple(word, attributes),
        fc.tuple(word, time),
        fc.tuple(word, attributes, time),
        fc.tuple(word, time, time),
        fc.tuple(word, fc.constant(undefined), time),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('addLinks' as const), at, links: fc.array(link, { maxLength: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { do: fc.constant('recordException' as const), at, exception, time },
      { requiredKeys: ['do', 'at', 'exception'] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('setStatus' as const),
      at,
      code: fc.constantFrom(0, 1, 2),
      message: fc.oneof(word, fc.constantFrom(undefined, null, 7)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('updateName' as const), at, name: word }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), at, time }, { requiredKeys: ['do', 'at'] }) },
)

/** Any program of a few spans. */
export const programs: Arbitrary<Program> = fc
  .array(step, { maxLength: 40 })
  .map((steps) => [{ do: 'start', parent: { kind: 'none' }, name: 'first', options: {} }, ...steps])

function circle(): unknown {
  const around: Record<string, unknown> = {}
  around['self'] = { list: [around] }
  return around
}
