import { expect, test } from 'vitest'
import { neededImports } from '../../scripts/needed-imports.ts'

/** The imports that the part of a file below `imports` needs. */
function neededBy(part: string, ...imports: readonly string[]): readonly string[] {
  const text = `${imports.join('\n')}\n${part}`
  return neededImports('a.ts', text, { start: text.length - part.length, end: text.length })
}

test('an import that the part uses is needed, and one that it does not use is not', () => {
  expect(neededBy('a()', "import { a } from 'x'", "import { b } from 'y'")).toEqual(["import { a } from 'x'"])
})

test.each([
  ["import { a, b as c, type D } from 'x'", "import { b as c, type D } from 'x'"],
  ["import type { C, D } from 'x'", "import type { D } from 'x'"],
  ["import { type D } from 'x'", "import { type D } from 'x'"],
  ["import D, { a } from 'x'", "import D, { a } from 'x'"],
])('of %s it needs %s', (whole, needed) => {
  expect(neededBy('const d: D = c', whole)).toEqual([needed])
})

test('what is imported for what it does is always needed', () => {
  expect(neededBy('', "import 'x'")).toEqual(["import 'x'"])
})

test.each(['b.a()', 'b({ a: 1 })', 'class B { a() {} }', '// a'])('the a of %s is no use of an import', (part) => {
  expect(neededBy(part, "import { a } from 'x'")).toEqual([])
})

test.each(['b[a]', 'b({ a })', 'b({ [a]: 1 })', 'b<typeof a>()', '`${a}`'])('the a of %s is one', (part) => {
  expect(neededBy(part, "import { a } from 'x'")).toHaveLength(1)
})

test('what the part imports by itself is not repeated', () => {
  expect(neededBy("import { a } from 'x'\na()", "import { b } from 'y'")).toEqual([])
})
