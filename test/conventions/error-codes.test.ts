import { expect, test } from 'vitest'
import { filesUnder, readText } from '../../scripts/repository-files.ts'
import { ERRORS } from '../../src/core/error-table.ts'
import { codesIn } from './error-codes.ts'

const TABLE = 'src/core/error-table.ts'

const inSource = filesUnder('src').filter((path) => path.endsWith('.ts') && path !== TABLE)
const inTests = [...filesUnder('test'), ...filesUnder('examples')].filter(
  (path) => path.endsWith('.test.ts') && !path.startsWith('test/conventions/'),
)
// A retired code stays in the table, so that it is never given another meaning, but nothing raises it.
const current = Object.entries(ERRORS)
  .filter(([, meaning]) => !meaning.startsWith('Retired'))
  .map(([code]) => code)

function union(paths: readonly string[], of: 'raised' | 'named'): ReadonlySet<string> {
  return new Set(paths.flatMap((path) => [...codesIn(path, readText(path))[of]]))
}

test('every code of the table is raised somewhere in src', () => {
  const raised = union(inSource, 'raised')
  expect(current.filter((code) => !raised.has(code))).toEqual([])
})

test('every code of the table is asserted in some test', () => {
  const asserted = union(inTests, 'named')
  expect(current.filter((code) => !asserted.has(code))).toEqual([])
})

test('every code that src names is in the table', () => {
  expect([...union(inSource, 'named')].filter((code) => !(code in ERRORS))).toEqual([])
})

test('every code has its own section in the reference, and no section is for a code that does not exist', () => {
  const sections = [...readText('docs/reference/errors.md').matchAll(/^## (SEA_\w+)$/gm)].map(([, code]) => code)
  expect(sections).toEqual(Object.keys(ERRORS).toSorted())
})

test.each([
  ["throw new SeaworthyError('SEA_A_B', 'x')", ['SEA_A_B']],
  ["read.done('SEA_A_B')", ['SEA_A_B']],
  ["function done(code: ErrorCode = 'SEA_A_B') {}", ['SEA_A_B']],
  ["const code = late ? 'SEA_A_B' : 'SEA_C_D'", ['SEA_A_B', 'SEA_C_D']],
  ["if (isSeaworthyError(error, 'SEA_A_B')) retry()", []],
  ["if (error.code === 'SEA_A_B') retry()", []],
  ["type Code = 'SEA_A_B'", []],
  ['// SEA_A_B', []],
  ["const text = 'see SEA_A_B'", []],
])('%s raises %j', (text, codes) => {
  expect([...codesIn('src/core/x.ts', text).raised]).toEqual(codes)
})

test.each([
  ["expect(error).toMatchObject({ code: 'SEA_A_B' })", ['SEA_A_B']],
  ["test('x', () => expect(code).toBe('SEA_A_B'))", ['SEA_A_B']],
  ["test.each(['SEA_A_B'])('x', () => {})", ['SEA_A_B']],
  ["test('it raises SEA_A_B', () => {})", []],
  ["test.each([1])('it raises SEA_A_B', () => {})", []],
  ['describe(`SEA_A_B`, () => {})', []],
  ['// SEA_A_B', []],
])('%s names %j', (text, codes) => {
  expect([...codesIn('test/core/x.test.ts', text).named]).toEqual(codes)
})
