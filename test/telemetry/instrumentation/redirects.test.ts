import { ROOT_CONTEXT } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { Redirects } from '../../../src/telemetry/instrumentation/redirects.ts'

const context = (): typeof ROOT_CONTEXT => ROOT_CONTEXT.setValue(Symbol('caller'), 1)

test('only the same caller follows a redirect, once, and only at once', () => {
  const redirects = new Redirects()
  const caller = context()
  redirects.add(caller, 'http://a/', 0, 0)
  expect(redirects.take(context(), 'http://a/', 1)).toBe(0)
  expect(redirects.take(caller, 'http://b/', 1)).toBe(0)
  expect(redirects.take(caller, 'http://a/', 1)).toBe(1)
  expect(redirects.take(caller, 'http://a/', 1)).toBe(0)
  redirects.add(caller, 'http://a/', 1, 0)
  expect(redirects.take(caller, 'http://a/', 9_999)).toBe(2)
  redirects.add(caller, 'http://a/', 1, 0)
  expect(redirects.take(caller, 'http://a/', 10_000)).toBe(0)
  expect(redirects.isWaiting).toBe(false)
})

test('of redirects that nobody follows the latest 32 are waited for', () => {
  const redirects = new Redirects()
  const caller = context()
  for (let index = 0; index < 33; index++) redirects.add(caller, `http://a/${index}`, 0, 0)
  expect(redirects.take(caller, 'http://a/0', 1)).toBe(0)
  expect(redirects.take(caller, 'http://a/1', 1)).toBe(1)
  expect(redirects.take(caller, 'http://a/32', 1)).toBe(1)
})
