import { expect, test } from 'vitest'
import { measuredOn, originOf } from '../../bench/measured-on.ts'

test('a measurement says its moment, its commit, its Node and its machine', () => {
  const origin = measuredOn('loss')
  expect(origin.date).toMatch(/^\d{4}-\d\d-\d\dT/)
  expect(origin.commit).toMatch(/^[0-9a-f]{12}$/)
  expect(origin).toMatchObject({ node: process.version, machine: expect.stringContaining(process.platform) })
})

test('a page says whether the sources were those of the commit', () => {
  const origin = { date: '2026-01-02T03:04:05.000Z', commit: 'abc', node: 'v24.0.0', machine: '2 × test' }
  const text = 'the measurement of 2026-01-02: commit `abc`, Node v24.0.0, 2 × test'
  expect(originOf({ ...origin, isDirty: false })).toBe(text)
  expect(originOf({ ...origin, isDirty: true })).toContain('`abc` with changes not yet committed, Node')
})
