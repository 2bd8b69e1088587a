import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { W3cTraceState } from '../../../src/telemetry/propagation/trace-state.ts'

const large = (key: string): string => `${key}=${'x'.repeat(140)}`

describe('set', () => {
  test('puts a new member to the front, and one that is there, too', () => {
    const state = new W3cTraceState('a=1,b=2,c=3')
    expect(state.set('d', '4').serialize()).toBe('d=4,a=1,b=2,c=3')
    expect(state.set('c', '4').serialize()).toBe('c=4,a=1,b=2')
    expect(state.set('a', '4').serialize()).toBe('a=4,b=2,c=3')
    expect(state.serialize()).toBe('a=1,b=2,c=3')
  })

  test('begins a list', () => {
    expect(new W3cTraceState().set('a', '1').serialize()).toBe('a=1')
    expect(new W3cTraceState('not valid').set('a', '1').serialize()).toBe('a=1')
  })

  test.each([
    ['A', '1'],
    ['', '1'],
    ['a', ''],
    ['a', 'b=c'],
    ['a', 'b,c'],
    ['a', 'ends with a space '],
    ['a', 'x'.repeat(257)],
  ])('changes nothing for what breaks the grammar: %j %j', (key, value) => {
    const state = new W3cTraceState('b=2')
    expect(state.set(key, value)).toBe(state)
  })

  test('lets the last of 32 members go', () => {
    const keys = Array.from({ length: 32 }, (_, index) => `k${index}`)
    const state = new W3cTraceState(keys.map((key) => `${key}=v`).join(','))
    const next = state.set('new', '1')
    expect(next.get('new')).toBe('1')
    expect(next.get('k31')).toBeUndefined()
    expect(next.get('k30')).toBe('v')
  })

  test('lets large members go before small ones, the last first, and no more than are in the way', () => {
    const state = new W3cTraceState(`a=1,${large('b')},${large('c')},${large('d')},e=1`)
    expect(state.set('f', 'x'.repeat(100)).serialize()).toBe(`f=${'x'.repeat(100)},a=1,${large('b')},${large('c')},e=1`)
  })

  test('lets small members at the end go when no large one is left', () => {
    const small = Array.from({ length: 5 }, (_, index) => `k${index}=${'x'.repeat(97)}`)
    const state = new W3cTraceState(small.join(','))
    expect(state.set('new', 'y'.repeat(90)).serialize()).toBe(`new=${'y'.repeat(90)},${small.slice(0, 4).join(',')}`)
  })
})

test('a list that comes in too long is cut in the same way', () => {
  const small = Array.from({ length: 20 }, (_, index) => `key${10 + index}=${'x'.repeat(20)}`)
  const state = new W3cTraceState(`${large('a')},${small.join(',')}`)
  expect(state.get('a')).toBeUndefined()
  expect(state.serialize()).toBe(small.slice(0, 19).join(','))
})

test('get finds a value, and nothing for a key that is not there', () => {
  const state = new W3cTraceState('a=1, b=2')
  expect(state.get('b')).toBe('2')
  expect(state.get('c')).toBeUndefined()
})

test('unset takes a member away, and is the same state when there is none', () => {
  const state = new W3cTraceState('a=1,b=2,c=3')
  expect(state.unset('b').serialize()).toBe('a=1,c=3')
  expect(state.unset('z')).toBe(state)
  expect(state.serialize()).toBe('a=1,b=2,c=3')
})

test('whatever is done to it, it stays valid, and what was set last is there', () => {
  const key = fc.stringMatching(/^[a-z][_0-9a-z\-*/]{0,200}$/)
  const value = fc.stringMatching(/^[\x21-\x2b\x2d-\x3c\x3e-\x7e]{1,200}$/)
  fc.assert(
    fc.property(fc.string({ maxLength: 600 }), fc.array(fc.tuple(key, value), { maxLength: 50 }), (header, changes) => {
      let state = new W3cTraceState(header)
      for (const [name, text] of changes) {
        state = state.set(name, text)
        expect(state.get(name)).toBe(text)
        expect(state.serialize().length).toBeLessThanOrEqual(512)
        expect(state.serialize().split(',').length).toBeLessThanOrEqual(32)
        expect(new W3cTraceState(state.serialize()).serialize()).toBe(state.serialize())
      }
    }),
  )
})
