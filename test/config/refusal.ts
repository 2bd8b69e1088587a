import { expect } from 'vitest'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'

/** The message of a refused configuration, with the folder of this run as `<dir>`. */
export async function refusalOf(loading: Promise<unknown>, directory = '/nowhere'): Promise<string> {
  const error: unknown = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isSeaworthyError(error, 'SEA_CONFIG_INVALID')) throw error ?? new Error('the configuration was taken')
  expect(error.hint).toBe('Correct the keys, files and variables named above.')
  return error.message.replaceAll(directory, '<dir>')
}
