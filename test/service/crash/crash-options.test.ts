import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { crashFolderOf, type CrashOptions, resolveCrash } from '../../../src/service/crash/crash-options.ts'

test('without a word, evidence is where telemetry waits, and a heap is never written down', () => {
  expect(resolveCrash({}, {})).toEqual({
    directory: join(tmpdir(), `seaworthy-${process.geteuid?.()}`),
    isDefaultDirectory: true,
    report: 'safe',
    heapSnapshots: 0,
    keep: 10,
    maxBytes: 32 * 1024 * 1024,
  })
})

test.each([
  ['the variable of the spool', { SEAWORTHY_SPOOL_DIR: '/spool' }, undefined, '/spool', false],
  ['the spool that code has named', {}, '/in-code', '/in-code', false],
  ['a spool that is off', { SEAWORTHY_SPOOL_DIR: 'off' }, '/in-code', tmpdir(), true],
])('the directory follows %s', (_what, env, spool, directory, isDefault) => {
  const settings = resolveCrash({}, env, spool)
  expect(settings?.directory.startsWith(directory)).toBe(true)
  expect(settings?.isDefaultDirectory).toBe(isDefault)
})

test('a directory of its own wins over that of the spool, and the variable over both', () => {
  const spool = { SEAWORTHY_SPOOL_DIR: '/spool' }
  expect(resolveCrash({ directory: '/evidence' }, spool)).toMatchObject({
    directory: '/evidence',
    isDefaultDirectory: false,
  })
  expect(resolveCrash({ directory: '/evidence' }, { ...spool, SEAWORTHY_CRASH_DIR: '/mnt' })).toMatchObject({
    directory: '/mnt',
  })
})

test('it can be switched off in code and by the variable, and on again by the variable', () => {
  expect(resolveCrash(false, {})).toBeUndefined()
  expect(resolveCrash({ directory: '/evidence' }, { SEAWORTHY_CRASH_DIR: 'OFF' })).toBeUndefined()
  expect(resolveCrash(false, { SEAWORTHY_CRASH_DIR: '/mnt' })).toMatchObject({ directory: '/mnt' })
})

test('snapshots of the heap are switched on by the variable, for an incident', () => {
  expect(resolveCrash({}, { SEAWORTHY_CRASH_HEAP_SNAPSHOTS: '2' })).toMatchObject({ heapSnapshots: 2 })
  expect(resolveCrash({ heapSnapshots: 3 }, { SEAWORTHY_CRASH_HEAP_SNAPSHOTS: '0' })).toMatchObject({
    heapSnapshots: 0,
  })
})

test.each<[string, CrashOptions, string]>([
  ['an unknown option', { dir: '/x' } as CrashOptions, '"dir" is not an option'],
  ['no text', { directory: 7 } as unknown as CrashOptions, '"directory" expected a non-empty text'],
  ['an unknown report', { report: 'sometimes' as 'fatal' }, 'expected one of safe, fatal, always, never'],
  ['too many snapshots', { heapSnapshots: 11 }, '"heapSnapshots" is 11, expected 0 to 10'],
  ['nothing kept', { keep: 0 }, '"keep" is 0'],
  ['too few bytes', { maxBytes: 1024 }, '"maxBytes" is 1024'],
])('%s is refused', (_what, options, message) => {
  expect(() => resolveCrash(options, {})).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  expect(() => resolveCrash(options, {})).toThrow(message)
})

test.each(['-1', '11', 'two'])('SEAWORTHY_CRASH_HEAP_SNAPSHOTS=%s is refused', (value) => {
  expect(() => resolveCrash({}, { SEAWORTHY_CRASH_HEAP_SNAPSHOTS: value })).toThrow(
    expect.objectContaining({ code: 'SEA_ENV_INVALID' }),
  )
})

test('no directory of a spool has the name of a folder of evidence', () => {
  expect(crashFolderOf({ directory: '/spool' }, 'shop')).toBe('/spool/crash@shop')
})
