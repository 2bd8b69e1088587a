import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { EnvReader } from '../../../src/core/env-reader.ts'
import { readSpoolSettings, type SpoolSettings } from '../../../src/telemetry/spool/spool-settings.ts'

function read(env: Readonly<Record<string, string>>): SpoolSettings | undefined {
  const reader = new EnvReader(env)
  const settings = readSpoolSettings(reader)
  reader.done()
  return settings
}

const MIB = 1024 * 1024

test('unset, the spool is a directory of the user in the temporary directory: 128 MiB and a day', () => {
  expect(read({})).toEqual({
    directory: join(tmpdir(), `seaworthy-${process.geteuid?.()}`),
    isDefaultDirectory: true,
    maxBytes: 128 * MIB,
    maxAgeMs: 86_400_000,
  })
})

test('a named directory is absolute from the start, so that a later chdir changes nothing', () => {
  expect(read({ SEAWORTHY_SPOOL_DIR: 'data/spool' })).toMatchObject({
    directory: resolve('data/spool'),
    isDefaultDirectory: false,
  })
})

test.each(['off', 'OFF'])('%s switches it off', (value) => {
  expect(read({ SEAWORTHY_SPOOL_DIR: value })).toBeUndefined()
})

test.each([
  ['1048576', MIB],
  ['1Mi', MIB],
  ['64MiB', 64 * MIB],
  ['2 Gi', 2048 * MIB],
  ['1024Gi', 1024 * 1024 * MIB],
])('SEAWORTHY_SPOOL_MAX_BYTES takes %s', (text, bytes) => {
  expect(read({ SEAWORTHY_SPOOL_MAX_BYTES: text })?.maxBytes).toBe(bytes)
})

test.each(['1048575', '1025Gi', '128 MB', '-1', 'much', '1.5Gi'])('SEAWORTHY_SPOOL_MAX_BYTES refuses %s', (text) => {
  expect(() => read({ SEAWORTHY_SPOOL_MAX_BYTES: text })).toThrow(
    expect.objectContaining({ code: 'SEA_ENV_INVALID', message: expect.stringContaining('SEAWORTHY_SPOOL_MAX_BYTES') }),
  )
})

test.each([
  ['1m', 60_000],
  ['30d', 30 * 86_400_000],
])('SEAWORTHY_SPOOL_MAX_AGE takes %s', (text, ms) => {
  expect(read({ SEAWORTHY_SPOOL_MAX_AGE: text })?.maxAgeMs).toBe(ms)
})

test.each(['59s', '31d', '24', 'a day', '0'])('SEAWORTHY_SPOOL_MAX_AGE refuses %s', (text) => {
  expect(() => read({ SEAWORTHY_SPOOL_MAX_AGE: text })).toThrow(
    expect.objectContaining({ code: 'SEA_ENV_INVALID', message: expect.stringContaining('SEAWORTHY_SPOOL_MAX_AGE') }),
  )
})

test('switched off, its other variables are checked all the same', () => {
  expect(() => read({ SEAWORTHY_SPOOL_DIR: 'off', SEAWORTHY_SPOOL_MAX_AGE: 'x' })).toThrow('SEAWORTHY_SPOOL_MAX_AGE')
})
