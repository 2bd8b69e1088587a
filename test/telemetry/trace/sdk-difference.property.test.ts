import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider as SdkTracerProvider,
} from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import type { Span } from '../../../src/otlp/model.ts'
import { oracleDecode } from '../../otlp/oracle.ts'
import { programs, run, type Program } from './span-program.ts'
import { TraceFixture } from './trace-fixture.ts'

/*
 * The same calls of the API, through the SDK for JavaScript with its OTLP exporter and through this one: what arrives must
 * say the same. These differences are meant, and the only ones:
 *
 * | What                                       | The SDK           | Here              | Why                              |
 * | ------------------------------------------ | ----------------- | ----------------- | -------------------------------- |
 * | bit 1 of the flags: the ids are random     | never set         | set, or inherited | W3C trace context, level 2       |
 * | whole numbers beyond 2^53                  | integer, rounded  | double            | such a number is no exact integer |
 * | -0                                         | integer 0         | double -0         | only a double can hold it        |
 * | an end that is measured, of a span whose   | milliseconds      | nanoseconds       | it is more exact                 |
 * | start was given                            |                   |                   |                                  |
 * | an attribute or member "__proto__"        | lost              | sent              | it is a name like any other      |
 * | a value nested more than 64 levels deep    | sent              | dropped           | parsers of the protocol stop     |
 * | a value of more than 10,000 parts          | sent              | dropped           | it would hold up the service     |
 * | a status code that does not exist          | sent              | ignored           | nobody could read it             |
 * | a kind that does not exist                 | sent              | INTERNAL          | nobody could read it             |
 * | a link without a context                   | its export throws | dropped, counted  | the span goes out                |
 * | wrong types where code has none to check   | some throw        | none throws       | telemetry never hurts a service  |
 *
 * The generator stays away from these; tests of their own look at them.
 */

const bodies: Buffer[] = []
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    bodies.push(Buffer.concat(parts))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
})
let exporter: OTLPTraceExporter

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces` })
})
afterAll(async () => {
  await exporter.shutdown()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

interface Limits {
  readonly valueLength?: number
  readonly count?: number
  readonly eventCount?: number
  readonly linkCount?: number
  readonly countPerEvent?: number
  readonly countPerLink?: number
}

async function throughSdk(program: Program, limits: Limits): Promise<Buffer> {
  const memory = new InMemorySpanExporter()
  const provider = new SdkTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter: memory })],
    spanLimits: {
      attributeCountLimit: limits.count ?? 128,
      attributeValueLengthLimit: limits.valueLength ?? Infinity,
      eventCountLimit: limits.eventCount ?? 128,
      linkCountLimit: limits.linkCount ?? 128,
      attributePerEventCountLimit: limits.countPerEvent ?? 128,
      attributePerLinkCountLimit: limits.countPerLink ?? 128,
    },
  })
  run(program, provider.getTracer('test'))
  await provider.forceFlush()
  await new Promise((resolve) => exporter.export(memory.getFinishedSpans(), resolve))
  const body = bodies.pop()
  if (body === undefined) throw new Error('the SDK sent nothing')
  return body
}

function throughOurs(program: Program, limits: Limits): Uint8Array {
  const fixture = new TraceFixture({
    limits,
    sampler: {
      // What the SDK has as the default: parent-based, everything else sampled.
      decide: (parent) => ({
        decision: parent === undefined || (parent.traceFlags & 1) === 1 ? 'sample' : 'drop',
        traceState: parent?.traceState,
      }),
    },
  })
  run(program, fixture.tracer)
  return fixture.body
}

const spansOf = (body: Uint8Array): readonly Span[] =>
  decodeRequest('traces', body).flatMap(({ scopes }) => scopes.flatMap(({ items }) => items))

const YEAR_2022_NS = 1_640_995_200_000_000_000n
const numberOf = (span: Span): number => Number.parseInt(span.name, 10)

/** Spans in the order of their numbers, with ids that say whose they are, and times only where they were given. */
function canonical(spans: readonly Span[]): unknown {
  const sorted = [...spans].sort((a, b) => numberOf(a) - numberOf(b))
  const names = new Map<string, string>()
  for (const span of sorted) {
    names.set(span.spanId, `span ${numberOf(span)}`)
    if (!names.has(span.traceId)) names.set(span.traceId, `trace of ${numberOf(span)}`)
  }
  const givenTime = (time: bigint): bigint | string => (time < YEAR_2022_NS ? time : 'measured')
  const isGivenTrace = (span: Span): boolean => span.parentSpanId !== '' && !names.has(span.parentSpanId)
  return sorted.map((span) => ({
    ...span,
    traceId: isGivenTrace(span) ? span.traceId : names.get(span.traceId),
    spanId: names.get(span.spanId),
    parentSpanId: names.get(span.parentSpanId) ?? span.parentSpanId,
    flags: span.flags & ~0x02,
    startTimeUnixNano: givenTime(span.startTimeUnixNano),
    endTimeUnixNano: givenTime(span.endTimeUnixNano),
    events: span.events.map((event) => ({ ...event, timeUnixNano: givenTime(event.timeUnixNano) })),
    attributes: Object.entries(span.attributes),
  }))
}

const limits: fc.Arbitrary<Limits> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        valueLength: fc.integer({ min: 1, max: 40 }),
        count: fc.nat(6),
        eventCount: fc.nat(3),
        linkCount: fc.nat(3),
        countPerEvent: fc.nat(3),
        countPerLink: fc.nat(3),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
)

test('what arrives of any program says the same as from the SDK', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(programs, limits, async (program, limits) => {
      const theirs = spansOf(await throughSdk(program, limits))
      const ours = spansOf(throughOurs(program, limits))
      expect(canonical(ours)).toEqual(canonical(theirs))
    }),
    { numRuns: 300 },
  )
})

test('an independent decoder reads what we read of any program', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(programs, limits, (program, limits) => {
      const body = throughOurs(program, limits)
      const known = decodeRequest('traces', body)
      // It does not know the flags, which came later.
      const withoutFlags = known.map((group) => ({
        ...group,
        scopes: group.scopes.map((scope) => ({
          ...scope,
          items: scope.items.map((span) => ({
            ...span,
            flags: 0,
            links: span.links.map((link) => ({ ...link, flags: 0 })),
          })),
        })),
      }))
      expect(oracleDecode('traces', body)).toEqual(withoutFlags)
    }),
    { numRuns: 500 },
  )
})
