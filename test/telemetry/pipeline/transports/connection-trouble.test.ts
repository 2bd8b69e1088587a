import { expect, test } from 'vitest'
import { connectionTrouble } from '../../../../src/telemetry/pipeline/transports/connection-trouble.ts'

const failed = (code: string): Error => Object.assign(new Error(code), { code })

test.for([
  [['ECONNREFUSED', 'ECONNREFUSED'], true],
  [['ECONNREFUSED', 'EADDRNOTAVAIL'], true],
  [['ENETUNREACH', 'EADDRNOTAVAIL'], false],
  [['ECONNREFUSED', 'ETIMEDOUT'], false],
] as const)('of a name whose addresses fail with %s, nobody is there: %s', ([codes, isNobodyThere]) => {
  const error = Object.assign(new AggregateError(codes.map(failed), ''), { code: codes[0] })
  const outcome = connectionTrouble(error, 'localhost:4318')
  expect(outcome).toMatchObject({ kind: 'retry', reason: expect.stringContaining('localhost:4318') as string })
  expect('isNobodyThere' in outcome).toBe(isNobodyThere)
})
