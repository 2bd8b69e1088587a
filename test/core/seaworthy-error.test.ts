import { expect, test } from 'vitest'
import { SeaworthyError, isSeaworthyError } from '../../src/core/seaworthy-error.ts'

test('it carries code, message, hint and cause, and is an Error with a stack', () => {
  const cause = new Error('EADDRINUSE')
  const error = new SeaworthyError('SEA_OPTIONS_INVALID', 'port is 70000, expected 0 to 65535', {
    hint: 'Choose a port in the range.',
    cause,
  })

  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'SeaworthyError',
    code: 'SEA_OPTIONS_INVALID',
    message: 'port is 70000, expected 0 to 65535',
    hint: 'Choose a port in the range.',
  })
  expect(error.cause).toBe(cause)
  expect(error.stack).toContain('seaworthy-error.test.ts')
})

test('without a cause there is no cause property, so a log shows none', () => {
  expect('cause' in new SeaworthyError('SEA_ENV_INVALID', 'x')).toBe(false)
})

test('a cause that is undefined is still kept as given', () => {
  expect('cause' in new SeaworthyError('SEA_ENV_INVALID', 'x', { cause: undefined })).toBe(true)
})

test('described for a terminal, the hint stands on its own line, and is left out when there is none', () => {
  expect(new SeaworthyError('SEA_ENV_INVALID', 'A is wrong', { hint: 'Unset A.' }).describe()).toBe(
    'A is wrong\n  Unset A.',
  )
  expect(new SeaworthyError('SEA_ENV_INVALID', 'A is wrong').describe()).toBe('A is wrong')
})

test('it is told apart by code', () => {
  const error = new SeaworthyError('SEA_ENV_INVALID', 'x')
  expect(isSeaworthyError(error)).toBe(true)
  expect(isSeaworthyError(error, 'SEA_ENV_INVALID')).toBe(true)
  expect(isSeaworthyError(error, 'SEA_OPTIONS_INVALID')).toBe(false)
})

test('it is recognised across two copies of the package in one process', async () => {
  const copy = (await import(`../../src/core/seaworthy-error.ts?copy=${Date.now()}`)) as {
    SeaworthyError: typeof SeaworthyError
  }
  const foreign = new copy.SeaworthyError('SEA_ENV_INVALID', 'x')

  expect(foreign).not.toBeInstanceOf(SeaworthyError)
  expect(isSeaworthyError(foreign, 'SEA_ENV_INVALID')).toBe(true)
})

test.each([[new Error('x')], [{ code: 'SEA_ENV_INVALID' }], ['SEA_ENV_INVALID'], [null], [undefined], [7]])(
  '%o is none',
  (value) => {
    expect(isSeaworthyError(value)).toBe(false)
  },
)

test('its mark is invisible: it appears neither among the keys nor in JSON', () => {
  const error = new SeaworthyError('SEA_ENV_INVALID', 'x', { hint: 'y' })
  expect(Object.keys(error).sort()).toEqual(['code', 'hint', 'name'])
  expect(JSON.parse(JSON.stringify(error))).toEqual({ code: 'SEA_ENV_INVALID', hint: 'y', name: 'SeaworthyError' })
})
