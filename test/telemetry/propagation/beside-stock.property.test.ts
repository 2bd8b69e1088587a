import { type Baggage, defaultTextMapGetter, propagation, type TextMapPropagator, trace } from '@opentelemetry/api'
import {
  TraceState as StockTraceState,
  W3CBaggagePropagator as StockBaggage,
  W3CTraceContextPropagator as StockTraceContext,
} from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator as StockB3 } from '@opentelemetry/propagator-b3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { B3Propagator } from '../../../src/telemetry/propagation/b3-propagator.ts'
import { BaggagePropagator } from '../../../src/telemetry/propagation/baggage-propagator.ts'
import { TraceContextPropagator } from '../../../src/telemetry/propagation/trace-context-propagator.ts'
import { W3cTraceState } from '../../../src/telemetry/propagation/trace-state.ts'
import { type Carrier, describeSpanContext, extractSpanContext, inject } from './carriers.ts'

/*
 * Ours beside the stock propagators over random headers. Where they differ on purpose:
 *
 * traceparent
 * - Flags without a meaning are dropped, and of an unknown version all but "sampled" (the specification, 2.2.1.5 and 4.3);
 *   stock keeps them, and writes flags above 0x0f as three digits.
 * - Any white space of HTTP around it is allowed; stock allows one character, a line break included.
 * - Of several headers in an array none is taken, as for headers joined by a comma; stock takes the first.
 * tracestate
 * - One bad member, a key that comes twice, or a 33rd member discards the list, as the specification's tests ask; stock
 *   leaves out the member, or the rest.
 * - Too long a list is cut by the specification's rule, large members first, and `set` always takes effect; stock leaves
 *   out what comes later, and `set` returns the old object.
 * - An empty header is not sent; stock sends one.
 * baggage
 * - Parentheses are percent-encoded, as no token has them.
 * - Empty values are kept; keys that are no token are refused; what cannot be decoded is replaced, not left out.
 * - Above 8192 bytes a later member that fits is still read; stock stops there. `__proto__` is a key like any other.
 * - Properties that would end the member or the header leave it out; half a character does not lose the whole header.
 * b3
 * - The whole header has to match, not a part of it; ids in upper case are lowered; trace ids have 16 or 32 digits.
 * - A denial without ids is obeyed, a bad `b3` header does not hide good `X-B3-…` headers, and "debug" is passed on from
 *   one form to the other.
 */

const hex = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[\\da-f]{${length}}$`))
const byte = hex(2)
/** A valid header, or one with something inserted, replaced or cut somewhere. */
function mostlyValid(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const damage = fc.record({ at: fc.nat(80), cut: fc.nat(3), insert: fc.stringMatching(/^[\da-gA-G.,;=_\-@ ]{0,3}$/) })
  return fc.oneof(
    valid,
    fc.tuple(valid, damage).map(([text, { at, cut, insert }]) => {
      const split = at % (text.length + 1)
      return (text.slice(0, split) + insert + text.slice(split + cut)).trim()
    }),
  )
}

const traceParent = mostlyValid(
  fc
    .tuple(
      fc.oneof(fc.constant('00'), byte),
      fc.oneof(hex(32), fc.constant('0'.repeat(32))),
      hex(16),
      byte,
      fc.constantFrom('', '', '-x', '-'),
    )
    .map(([version, traceId, spanId, flags, rest]) => `${version}-${traceId}-${spanId}-${flags}${rest}`),
)

test('the same traceparents are valid, and mean the same but for unknown flags', () => {
  const ours = new TraceContextPropagator()
  const stock = new StockTraceContext()
  let valid = 0
  fc.assert(
    fc.property(traceParent, (traceparent) => {
      const expected = extractSpanContext(stock, { traceparent })
      const found = extractSpanContext(ours, { traceparent })
      if (expected === undefined) {
        expect(found).toBeUndefined()
        return
      }
      valid++
      const known = traceparent.startsWith('00') ? 3 : 1
      expect(describeSpanContext(found)).toEqual(
        describeSpanContext({ ...expected, traceFlags: expected.traceFlags & known }),
      )
    }),
    { numRuns: 2000 },
  )
  expect(valid).toBeGreaterThan(200)
})

const member = fc.tuple(
  fc.stringMatching(/^[a-z][_0-9a-z\-*/]{0,8}$/),
  fc.stringMatching(/^[\x21-\x2b\x2d-\x3c\x3e-\x7e]{1,5}$/),
)
const members = fc.uniqueArray(member, { selector: ([key]) => key, maxLength: 30 })
const ows = fc.constantFrom('', ' ', '\t')

test('a valid tracestate holds the same, and changes in the same way', () => {
  const change = fc.record({ isUnset: fc.boolean(), member })
  fc.assert(
    fc.property(members, ows, fc.array(change, { maxLength: 2 }), (list, space, changes) => {
      const header = list.map(([key, value]) => `${space}${key}=${value}${space}`).join(',')
      let ours: { get(key: string): string | undefined; serialize(): string } & W3cTraceState = new W3cTraceState(
        header,
      )
      // Stock counts the white space of a header that it has not parsed yet.
      let stock = new StockTraceState(new StockTraceState(header).serialize())
      for (const {
        isUnset,
        member: [key, value],
      } of changes) {
        ours = isUnset ? ours.unset(key) : ours.set(key, value)
        stock = isUnset ? stock.unset(key) : stock.set(key, value)
      }
      expect(ours.serialize()).toBe(stock.serialize())
      for (const [key] of list) expect(ours.get(key)).toBe(stock.get(key))
    }),
  )
})

function entriesOf(propagator: TextMapPropagator, carrier: Carrier): unknown {
  const baggage = propagation.getBaggage(propagator.extract(FAST_ROOT, carrier, defaultTextMapGetter))
  return baggage?.getAllEntries().map(([key, { value, metadata }]) => [key, value, metadata?.toString()])
}

const token = fc.stringMatching(/^[\w!#$&'*+.^`|~-]{1,10}$/).filter((key) => key !== '__proto__')
const baggageValue = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })

test('baggage is read in the same way', () => {
  const properties = fc.constantFrom('', ';p', '; p = v ;q')
  const baggageMember = fc
    .tuple(token, baggageValue, ows, properties)
    .map(([key, value, space, rest]) => `${space}${key}${space}=${space}${encodeURIComponent(value)}${space}${rest}`)
  fc.assert(
    fc.property(
      fc.array(fc.oneof(baggageMember, fc.constantFrom('', 'novalue', '=1', ';x')), { maxLength: 40 }),
      (list) => {
        const carrier = { baggage: list.join(',') }
        expect(entriesOf(new BaggagePropagator(), carrier)).toEqual(entriesOf(new StockBaggage(), carrier))
      },
    ),
  )
})

test('baggage is written in the same way', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((text) => !/[()]/.test(text))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.string({ unit: 'grapheme', maxLength: 1000 })), { maxLength: 30 }),
      (list) => {
        let baggage: Baggage = propagation.createBaggage()
        for (const [name, value] of list) baggage = baggage.setEntry(name, { value })
        const context = FAST_ROOT.withBaggage(baggage)
        const stock = inject(new StockBaggage(), context)['baggage']
        const expected = typeof stock === 'string' ? stock.replaceAll('(', '%28').replaceAll(')', '%29') : stock
        const ours = inject(new BaggagePropagator(), context)['baggage']
        expect(ours).toBe(expected)
      },
    ),
  )
})

const b3Ids = fc.tuple(fc.oneof(hex(16), hex(32)), hex(16))

test('b3 headers that are valid mean the same', () => {
  const stock = new StockB3()
  const ours = new B3Propagator({ encoding: 'single' })
  fc.assert(
    fc.property(
      b3Ids,
      fc.constantFrom('', '-0', '-1', '-d'),
      fc.option(hex(16)),
      ([traceId, spanId], state, parent) => {
        const b3 = `${traceId}-${spanId}${state}${state === '' || parent === null ? '' : `-${parent}`}`
        expect(describeSpanContext(extractSpanContext(ours, { b3 }))).toEqual(
          describeSpanContext(extractSpanContext(stock, { b3 })),
        )
      },
    ),
  )
})

test('X-B3 headers that are valid mean the same, and both write the same', () => {
  const stock = new StockB3({ injectEncoding: B3InjectEncoding.MULTI_HEADER })
  const ours = new B3Propagator({ encoding: 'multi' })
  const sampled = fc.constantFrom(undefined, '0', '1', 'true', 'false', 'x')
  fc.assert(
    fc.property(b3Ids, sampled, fc.constantFrom(undefined, '1', '0'), ([traceId, spanId], decision, flags) => {
      const carrier = { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': decision, 'x-b3-flags': flags }
      const found = ours.extract(FAST_ROOT, carrier, defaultTextMapGetter)
      const expected = stock.extract(FAST_ROOT, carrier, defaultTextMapGetter)
      expect(describeSpanContext(trace.getSpanContext(found))).toEqual(
        describeSpanContext(trace.getSpanContext(expected)),
      )
      expect(inject(ours, found)).toEqual(inject(stock, expected))
      // Not the decision: stock writes what "debug" was read as.
      const parent = trace.getSpanContext(expected)
      if (parent === undefined) return
      const ids = `${parent.traceId}-${parent.spanId}-`
      const single = [new B3Propagator({ encoding: 'single' }), new StockB3()]
      for (const propagator of single)
        expect(inject(propagator, expected)).toEqual({ b3: expect.stringContaining(ids) })
    }),
  )
})
