import { expect, test } from 'vitest'
import { withPassword } from '../../../src/trial/ship/with-password.ts'

test.each([
  ['postgres://app:old@{host}:{port}/shop?x=1', 'postgres://app:new@{host}:{port}/shop?x=1'],
  ['redis://:old@{host}:{port}', 'redis://:new@{host}:{port}'],
  ['amqps://app:@{host}:{port}/', 'amqps://app:new@{host}:{port}/'],
  ['http://{host}:{port}/', undefined],
  ['postgres://app@{host}:{port}/shop', undefined],
  ['{host}:{port}', undefined],
])('%s becomes %s', (template, expected) => {
  expect(withPassword(template, 'new')).toBe(expected)
})
