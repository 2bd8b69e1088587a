import { expect, test } from 'vitest'
import { authorityOf } from '../../src/load/authority-of.ts'

test('an address of IPv6 stands in brackets, and nothing else', () => {
  expect(['::1', '127.0.0.1', 'localhost'].map((host) => authorityOf(host, 80))).toEqual([
    '[::1]:80',
    '127.0.0.1:80',
    'localhost:80',
  ])
})
