import { expect, test } from 'vitest'
import { Random } from '../../../src/load/random.ts'
import { canariesOf, canarySettings, makeCanaries } from '../../../src/trial/history/canaries.ts'

test('canaries are 20 letters and digits, all different, and the same for the same seed', () => {
  const canaries = makeCanaries(new Random(1), ['DATABASE_URL'])
  expect(Object.keys(canaries)).toEqual([
    'authorization',
    'cookie',
    'query',
    'body-password',
    'otlp-headers',
    'env:DATABASE_URL',
  ])
  for (const token of Object.values(canaries)) expect(token).toMatch(/^[a-z][a-z0-9]{19}$/)
  expect(new Set(Object.values(canaries)).size).toBe(6)
  expect(makeCanaries(new Random(1), ['DATABASE_URL'])).toEqual(canaries)
})

test('a lifetime says in its settings which canaries it has', () => {
  const settings = { other: 'x', ...canarySettings({ query: 'a', 'env:X': 'b' }) }
  expect(canariesOf({ settings })).toEqual([
    { name: 'query', token: 'a' },
    { name: 'env:X', token: 'b' },
  ])
})
