import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { CrashFolder, parseEvidenceName } from '../../../src/service/crash/crash-folder.ts'
import { resolveCrash } from '../../../src/service/crash/crash-options.ts'
import { crashFolder, temporaryFolder } from './temporary-folder.ts'

const modeOf = (path: string): number => statSync(path).mode & 0o777

test('it is made when it is first asked for, with all that is missing above it, for its owner alone', () => {
  const folder = crashFolder({ directory: join(temporaryFolder(), 'a', 'b') })
  expect(existsSync(folder.settings.directory)).toBe(false)
  const { path } = folder
  expect(path).toBe(join(folder.settings.directory, 'crash@shop'))
  expect(modeOf(path as string)).toBe(0o700)
  expect(folder.problem).toBeUndefined()
})

test('what is written is for its owner alone, and takes the place of what was there', () => {
  const folder = crashFolder()
  const file = folder.write('uncaught', 'one')
  expect(folder.write('uncaught', 'two')).toBe(file)
  expect(readFileSync(file as string, 'utf8')).toBe('two')
  expect(modeOf(file as string)).toBe(0o600)
})

test('a name says what it is and of which process', () => {
  const folder = crashFolder()
  const name = (folder.pathOf('stuck') as string).slice((folder.path as string).length + 1)
  expect(parseEvidenceName(name)).toEqual({ kind: 'stuck', processId: folder.processId })
  expect(parseEvidenceName(name.replace('.json', '-3.json'))).toEqual({ kind: 'stuck', processId: folder.processId })
  expect(new CrashFolder(folder.settings, 'shop').processId).not.toBe(folder.processId)
})

test.each([
  '',
  'life.json',
  'orders.json',
  'life-1-abc.json',
  'life-7-0123456789ab.json.new',
  '../life-7-0123456789ab.json',
])('%j is none of ours', (name) => {
  expect(parseEvidenceName(name)).toBeUndefined()
})

test.each(['../../etc', '..', 'a/b', 'späti', ''])('a service called %j stays within the directory', (service) => {
  const folder = crashFolder({ service })
  expect(dirname(folder.path as string)).toBe(folder.settings.directory)
})

test.each([
  [
    'a link',
    (wanted: string) => {
      mkdirSync(`${wanted}-elsewhere`)
      symlinkSync(`${wanted}-elsewhere`, wanted)
    },
    /is a link or a file/,
  ],
  ['a file', (wanted: string) => writeFileSync(wanted, ''), /is a link or a file/],
  [
    'a directory that others may write to',
    (wanted: string) => {
      mkdirSync(wanted)
      chmodSync(wanted, 0o777)
    },
    /others may write/,
  ],
])('%s in its place is not used, and said', (_what, plant, problem) => {
  const directory = temporaryFolder()
  plant(join(directory, 'crash@shop'))
  const folder = crashFolder({ directory })
  expect(folder.path).toBeUndefined()
  expect(folder.problem).toMatch(problem)
  expect(folder.pathOf('life')).toBeUndefined()
  expect(folder.write('uncaught', 'text')).toBeUndefined()
})

test('a default directory that belongs to somebody else is not used', () => {
  const directory = temporaryFolder()
  chmodSync(directory, 0o777)
  const settings = resolveCrash({ directory }, {}) as NonNullable<ReturnType<typeof resolveCrash>>
  expect(new CrashFolder({ ...settings, isDefaultDirectory: true }, 'shop').path).toBeUndefined()
  expect(new CrashFolder(settings, 'shop').path).toBeDefined()
})

test('where nothing can be written, nothing is thrown', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const folder = crashFolder({ directory: join(file, 'evidence') })
  expect(folder.write('uncaught', 'text')).toBeUndefined()
  expect(folder.problem).toContain('ENOTDIR')
})

test('what was written stays where what takes its place can not be written', () => {
  const folder = crashFolder()
  const file = folder.write('uncaught', 'one') as string
  mkdirSync(`${file}.new`)
  expect(folder.write('uncaught', 'two')).toBeUndefined()
  expect(readFileSync(file, 'utf8')).toBe('one')
})

test('what could not be put in its place is not left beside it', () => {
  const folder = crashFolder()
  mkdirSync(join(folder.pathOf('uncaught') as string, 'something'), { recursive: true })
  expect(folder.write('uncaught', 'text')).toBeUndefined()
  expect(readdirSync(folder.path as string)).toHaveLength(1)
})

test.runIf(existsSync('/proc/self'))('a directory that the system lets nobody make is given up', () => {
  const folder = crashFolder({ directory: '/proc/self/evidence' })
  expect(folder.path).toBeUndefined()
  expect(folder.problem).toContain('ENOENT')
})
