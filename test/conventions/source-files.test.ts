import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { filesUnder, foldersIn, readText, trackedFiles } from '../../scripts/repository-files.ts'

const MAX_LINES = 300

/** Names that say where a thing was put away, not what it is. */
const DRAWERS = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared', 'manager', 'types', 'lib'])

/** Folders of src whose tests lie elsewhere, each with the reason. */
const TESTED_ELSEWHERE: Readonly<Record<string, string>> = {
  public: 'It only re-exports: test/conventions/exports.test.ts and test/package hold it.',
}

function isDrawer(path: string): boolean {
  return path.split('/').some((part) => DRAWERS.has(part.replace(/\.(?:test\.)?[jt]s$/, '')))
}

test(`no file in src has more than ${MAX_LINES} lines`, () => {
  const tooLong = filesUnder('src').filter((path) => readText(path).trimEnd().split('\n').length > MAX_LINES)
  expect(tooLong).toEqual([])
})

test('no file or folder is a drawer: its name says the idea inside', () => {
  expect(trackedFiles().filter(isDrawer)).toEqual([])
})

test.each([
  ['src/core/utils.ts', true],
  ['src/utils/text.ts', true],
  ['test/helpers.test.ts', true],
  ['src/core/types.ts', true],
  ['src/core/shared-clock.ts', false],
  ['src/core/util-linux.ts', false],
])('%s is a drawer: %s', (path, expected) => {
  expect(isDrawer(path)).toBe(expected)
})

test('every file of src and test has a kebab-case name; a trial has its id', () => {
  const odd = [...filesUnder('src'), ...filesUnder('test')]
    .filter((path) => path.endsWith('.ts'))
    .filter((path) => !/\/trial\/trials\/[A-Z]+-\d\d(?:\.test)?\.ts$/.test(path))
    .filter((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*\.ts$/.test(basename(path)))
  expect(odd).toEqual([])
})

test('every folder of src has its folder of tests', () => {
  const untested = foldersIn('src')
    .filter((folder) => filesUnder(`src/${folder}`).length > 0 && !(folder in TESTED_ELSEWHERE))
    .filter((folder) => !filesUnder(`test/${folder}`).some((path) => path.endsWith('.test.ts')))
  expect(untested).toEqual([])
})

test('src holds nothing but sources, and no tests; what a browser runs is as the browser takes it', () => {
  const odd = filesUnder('src').filter((path) => !path.endsWith('.ts') || path.endsWith('.test.ts'))
  expect(odd.filter((path) => !/^src\/report\/browser\/[a-z-]+\.(?:js|css)$/.test(path))).toEqual([])
})

test('an export is named, except in catalogues', () => {
  const withDefault = filesUnder('src').filter((path) => /^export default\b/m.test(readText(path)))
  expect(withDefault.filter((path) => !/^src\/\w+\/(?:commands|rules|trials|voyages|generators)\//.test(path))).toEqual(
    [],
  )
})

test('no source has a licence header, a note to do later, or a check switched off without a reason', () => {
  // Written so that this file does not find itself.
  const marks = /TOD[O]|FIXM[E]|XX[X]|@ts-ignor[e]|@ts-nochec[k]/
  const found = [...filesUnder('src'), ...filesUnder('examples'), ...filesUnder('scripts'), ...filesUnder('test')]
    .filter((path) => /\.m?[jt]s$/.test(path))
    .filter((path) => marks.test(readText(path)))
  expect(found).toEqual([])
})
