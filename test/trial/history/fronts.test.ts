import { expect, test } from 'vitest'
import { frontSettings, frontsOf } from '../../../src/trial/history/fronts.ts'

test('what was written down of a front is read again, and nothing else', () => {
  const settings = { port: 8080, ...frontSettings({ dependency: 'db', host: '127.0.0.1', port: 41_234 }) }
  expect(frontsOf({ settings })).toEqual([{ dependency: 'db', host: '127.0.0.1', port: 41_234 }])
  expect(frontsOf({ settings: {} })).toEqual([])
})
