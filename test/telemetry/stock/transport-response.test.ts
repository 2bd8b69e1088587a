import { expect, test } from 'vitest'
import { isRefusedConnection } from '../../../src/telemetry/stock/transport-response.ts'

function coded(code: unknown, details?: string): Error {
  return Object.assign(new Error('no connection'), { code, details })
}

test.for([
  ['one address that refuses', coded('ECONNREFUSED')],
  ['every address refuses', new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])],
  ['the machine has no ::1', new AggregateError([coded('EADDRNOTAVAIL'), coded('ECONNREFUSED')])],
  ['gRPC says it in a text', coded(14, 'No connection established. Last error: connect ECONNREFUSED ::1:4317')],
] as const)('nobody is there: %s', ([, error]) => {
  expect(isRefusedConnection(error)).toBe(true)
})

test.for([
  ['no error at all', undefined],
  ['an answer that never comes', coded('ETIMEDOUT')],
  ['one address that does not answer', new AggregateError([coded('ETIMEDOUT'), coded('ECONNREFUSED')])],
  ['no address of this machine', new AggregateError([coded('EADDRNOTAVAIL')])],
  ['a collector that is not available', coded(14, 'overloaded')],
  ['a collector that speaks of another', coded(13, 'connect ECONNREFUSED backend:9000')],
] as const)('somebody may be there: %s', ([, error]) => {
  expect(isRefusedConnection(error)).toBe(false)
})
