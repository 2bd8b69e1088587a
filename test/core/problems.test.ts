import { expect, test } from 'vitest'
import { EnvReader } from '../../src/core/env-reader.ts'
import { Problems } from '../../src/core/problems.ts'
import { SeaworthyError } from '../../src/core/seaworthy-error.ts'

function readInteger(name: string): () => void {
  return () => {
    const read = new EnvReader({ [name]: 'x' })
    read.integer(name, { min: 0, max: 9 })
    read.done()
  }
}

test('problems of the same kind come under one header and with one hint', () => {
  const problems = new Problems()
  problems.collect(readInteger('A'))
  problems.collect(() => {
    throw new SeaworthyError('SEA_BUDGET_EXCEEDS_GRACE', 'too long', { hint: 'Shorten it.' })
  })
  problems.collect(readInteger('B'))
  problems.collect(readInteger('A'))
  const error = caught(() => problems.done())
  expect(error).toMatchObject({ code: 'SEA_SERVICE_REFUSED' })
  expect((error as Error).message).toBe(
    [
      'The environment is not valid:',
      '  - A is "x", expected a whole number from 0 to 9',
      '  - B is "x", expected a whole number from 0 to 9',
      '  Correct or unset the variables named above.',
      'too long',
      '  Shorten it.',
    ].join('\n'),
  )
})

test('a single problem is thrown as it is, and none is none', async () => {
  const problems = new Problems()
  problems.collect(() => 1)
  problems.done()
  const only = new Error('only')
  await problems.collectAsync(() => Promise.reject(only))
  expect(caught(() => problems.done())).toBe(only)
})

function caught(run: () => void): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
