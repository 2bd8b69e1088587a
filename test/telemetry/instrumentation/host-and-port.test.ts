import { expect, test } from 'vitest'
import { parseHostHeader } from '../../../src/telemetry/instrumentation/host-and-port.ts'

test.for([
  ['shop.example', 'shop.example', undefined],
  ['shop.example:8080', 'shop.example', 8080],
  ['[::1]:8080', '::1', 8080],
  ['[::1]', '::1', undefined],
  ['127.0.0.1:80', '127.0.0.1', 80],
] as const)('"%s" is host %s and port %s', ([header, host, port]) => {
  expect(parseHostHeader(header)).toEqual({ host, port })
})

test.for(['', ' ', 'a b', 'user@host', 'host:port', 'host:123456', '::1', 'a/b', undefined])(
  '"%s" is no host',
  (header) => {
    expect(parseHostHeader(header)).toBeUndefined()
  },
)
