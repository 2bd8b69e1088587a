import { expect, test } from 'vitest'
import { readMode } from '../../src/register/register-mode.ts'

test.each([
  [undefined, 'listen'],
  ['', 'listen'],
  ['listen', 'listen'],
  [' off ', 'off'],
  ['of', 'listen'],
])('SEAWORTHY_REGISTER=%j means %s, and stays for child processes', (value, mode) => {
  const env = value === undefined ? {} : { SEAWORTHY_REGISTER: value }
  expect(readMode(env)).toBe(mode)
  expect(env).toEqual(value === undefined ? {} : { SEAWORTHY_REGISTER: value })
})

test('start is meant for one process, so its children do not inherit it', () => {
  const env: NodeJS.ProcessEnv = { SEAWORTHY_REGISTER: 'start', PATH: '/bin' }
  expect(readMode(env)).toBe('start')
  expect(env).toEqual({ PATH: '/bin' })
})
