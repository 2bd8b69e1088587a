import { expect, test } from 'vitest'
import { fitReport } from '../../src/lifecycle/fit-report.ts'

const ABORTED = Array.from({ length: 100 }, (_, index) => `api: GET /orders/${index}`)

test('a list is shortened first, and says how much is missing', () => {
  const { aborted } = JSON.parse(fitReport({ aborted: ABORTED }, 700)) as { aborted: string[] }
  expect(aborted).toEqual([...ABORTED.slice(0, 20), '… and 80 more'])
})

test('then what matters least is left out, and named', () => {
  const figures = Object.fromEntries(ABORTED.map((name) => [name, 1]))
  expect(JSON.parse(fitReport({ exitCode: 1, reason: 'SIGTERM', aborted: ['x'], figures }, 200))).toEqual({
    exitCode: 1,
    reason: 'SIGTERM',
    aborted: ['x'],
    omitted: ['figures'],
  })
})

test('without any room it is still JSON', () => {
  expect(fitReport({ reason: 'SIGTERM' }, 2)).toBe('{}')
})
