import { expect, test } from 'vitest'
import { Exemptions } from '../../../src/server/shedding/exemptions.ts'

const has = (exempt: ConstructorParameters<typeof Exemptions>[0], target: string): boolean =>
  new Exemptions(exempt).has('GET', target, {})

test.each(['/livez', '/readyz?verbose', '/startupz', '/healthz', '/healthz/reports', '/grpc.health.v1.Health/Check'])(
  '%s is a probe, which is never refused',
  (target) => expect(has([], target)).toBe(true),
)

test.each([
  ['/pay', true],
  ['/pay?card=1', true],
  ['/pay/now', false],
  ['/pays', false],
  ['/internal', false],
  ['/internal/', true],
  ['/internal/queue?all', true],
  ['/', false],
  ['', false],
])('with "/pay" and "/internal/*", %s is exempt: %s', (target, expected) => {
  expect(has(['/pay', '/internal/*'], target)).toBe(expected)
})

test('a function is asked with method, path and headers, and decides only by true', () => {
  const asked: unknown[] = []
  const exemptions = new Exemptions((request) => {
    asked.push(request)
    return request.headers['x-vip'] === '1'
  })
  expect(exemptions.has('POST', '/pay?card=1', { 'x-vip': '1' })).toBe(true)
  expect(exemptions.has('POST', '/pay', {})).toBe(false)
  expect(exemptions.has('GET', '/livez', {})).toBe(true)
  expect(asked).toEqual([
    { method: 'POST', path: '/pay', headers: { 'x-vip': '1' } },
    { method: 'POST', path: '/pay', headers: {} },
  ])
})

test('one that throws, or promises, exempts nobody', () => {
  const throws = (): boolean => {
    throw new Error('a bug of the application')
  }
  const promises = (async () => true) as unknown as () => boolean
  expect(has(throws, '/pay')).toBe(false)
  expect(has(promises, '/pay')).toBe(false)
})
