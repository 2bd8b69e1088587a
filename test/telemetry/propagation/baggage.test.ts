import { type Baggage, baggageEntryMetadataFromString, defaultTextMapGetter, propagation } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { BaggagePropagator } from '../../../src/telemetry/propagation/baggage-propagator.ts'
import { inject } from './carriers.ts'

const propagator = new BaggagePropagator()

/** `[key, value, properties]` of what a header holds. */
function read(baggage: unknown): unknown[] {
  const context = propagator.extract(FAST_ROOT, { baggage }, defaultTextMapGetter)
  const entries = propagation.getBaggage(context)?.getAllEntries() ?? []
  return entries.map(([key, { value, metadata }]) =>
    metadata === undefined ? [key, value] : [key, value, metadata.toString()],
  )
}

function write(baggage: Baggage): unknown {
  return inject(propagator, FAST_ROOT.withBaggage(baggage))['baggage']
}

function bag(entries: Record<string, string>): Baggage {
  return propagation.createBaggage(Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }])))
}

describe('read', () => {
  test.each([
    ['one member', 'a=1', [['a', '1']]],
    [
      'several',
      'a=1,b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'white space',
      ' a \t=\t 1 , b=2 ',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'properties',
      'a=1;p1;p2=v, b=2',
      [
        ['a', '1', 'p1;p2=v'],
        ['b', '2'],
      ],
    ],
    ['percent-encoding', 'a%20b=%D0%B4%2C%3D', [['a b', 'д,=']]],
    ['an equals sign in the value', 'a=1=2', [['a', '1=2']]],
    ['an empty value', 'a=', [['a', '']]],
    ['a key twice: the later one counts', 'a=1,a=2', [['a', '2']]],
    ['what is no UTF-8', 'a=%ff%41', [['a', '\u{fffd}A']]],
    [
      'a percent sign that begins no escape',
      'a=100%,b=%zz',
      [
        ['a', '100%'],
        ['b', '%zz'],
      ],
    ],
    ['the name of the prototype', '__proto__=1', [['__proto__', '1']]],
    ['what is between bad members', ',=1,b=2,c d=3,;x,novalue', [['b', '2']]],
    [
      'several headers',
      ['a=1', 'b=2'],
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
  ])('%s', (_case, header, expected) => {
    expect(read(header)).toEqual(expected)
  })

  test.each([[''], [',,'], ['=1'], [7], [[]], [undefined]])('nothing, and no new context, of %j', (baggage) => {
    expect(propagator.extract(FAST_ROOT, { baggage }, defaultTextMapGetter)).toBe(FAST_ROOT)
  })

  test('180 members at most, the first ones', () => {
    const header = Array.from({ length: 181 }, (_, index) => `k${index}=v`).join(',')
    const entries = read(header)
    expect(entries).toHaveLength(180)
    expect(entries.at(-1)).toEqual(['k179', 'v'])
  })

  test('a member of more than 4096 bytes is left out as a whole', () => {
    expect(read(`a=${'x'.repeat(4095)},b=${'x'.repeat(4094)},c=1`).map((entry) => (entry as string[])[0])).toEqual([
      'b',
      'c',
    ])
  })

  test('8192 bytes in all: what does not fit any more is left out as a whole, and what still fits is kept', () => {
    const header = `a=${'x'.repeat(4000)},b=${'x'.repeat(4000)},c=${'x'.repeat(200)},d=1`
    expect(read(header).map((entry) => (entry as string[])[0])).toEqual(['a', 'b', 'd'])
  })
})

describe('write', () => {
  test('percent-encodes keys and values, so that they come back as they were', () => {
    const entries = { 'a b(c),=;"\\ ä': '(x), "y"=;\\ д%20', empty: '', plain: "A-z_0.9!~*'" }
    const header = write(bag(entries))
    expect(String(header)).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(Object.fromEntries(read(header) as [string, string][])).toEqual(entries)
  })

  test('half a character becomes the replacement character', () => {
    expect(write(bag({ a: '\u{d800}x' }))).toBe('a=%EF%BF%BDx')
  })

  test('sends properties as they are', () => {
    const baggage = propagation.createBaggage({ a: { value: '1', metadata: baggageEntryMetadataFromString('p;q=2') } })
    expect(write(baggage)).toBe('a=1;p;q=2')
  })

  test.each([['x,evil=1'], ['x\r\nSet-Cookie: a=b'], ['ä'], ['\u0000']])(
    'leaves out a member whose properties would be more than that: %j',
    (text) => {
      const metadata = baggageEntryMetadataFromString(text)
      expect(write(propagation.createBaggage({ a: { value: '1', metadata }, b: { value: '2' } }))).toBe('b=2')
    },
  )

  test('leaves out what does not fit, as a whole', () => {
    expect(write(bag({ a: 'x'.repeat(4095), b: 'x'.repeat(4094), c: '1' }))).toBe(`b=${'x'.repeat(4094)},c=1`)
    const header = String(write(bag({ a: 'x'.repeat(4000), b: 'x'.repeat(4000), c: 'x'.repeat(200), d: '1' })))
    expect(header.length).toBeLessThanOrEqual(8192)
    expect(header).toBe(`a=${'x'.repeat(4000)},b=${'x'.repeat(4000)},d=1`)
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, 'v']))
    expect(String(write(bag(many))).split(',')).toHaveLength(180)
  })

  test('leaves out what is no text, and an empty key', () => {
    expect(write(bag({ a: 7 as unknown as string, '': 'x', b: '2' }))).toBe('b=2')
  })

  test('sends nothing without baggage, with an empty one, and where tracing is suppressed', () => {
    expect(inject(propagator, FAST_ROOT)).toEqual({})
    expect(inject(propagator, FAST_ROOT.withBaggage(bag({})))).toEqual({})
    expect(inject(propagator, suppressTracing(FAST_ROOT.withBaggage(bag({ a: '1' }))))).toEqual({})
  })
})

test('it is one field', () => {
  expect(propagator.fields()).toEqual(['baggage'])
})
