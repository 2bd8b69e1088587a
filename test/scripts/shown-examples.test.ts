import { expect, test } from 'vitest'
import { fillExamples } from '../../scripts/shown-examples.ts'

const files = {
  isThere: (path: string) => path === 'docs/examples/a.ts',
  readText: () =>
    "import { x } from 'y'\n\nfunction all() {\n  // #region part\n  x(1)\n\n  if (x) {\n    x(2)\n  }\n  // #endregion part\n}\n",
}

function fill(text: string): string {
  return fillExamples('docs/guide/page.md', text, files)
}

test('a marker gets the region of its file, without the indent, with its imports and a link to the rest', () => {
  expect(fill('# A\n\n<!-- example: ../examples/a.ts#part -->\n\nAfter.\n')).toBe(
    "# A\n\n<!-- example: ../examples/a.ts#part -->\n```ts\nimport { x } from 'y'\n\nx(1)\n\nif (x) {\n  x(2)\n}\n```\n" +
      '\nWhole file: [docs/examples/a.ts](../examples/a.ts)\n\nAfter.\n',
  )
})

test('a marker without a region gets the whole file, without the marks of regions', () => {
  const filled = fill('<!-- example: ../examples/a.ts -->\n')
  expect(filled).toContain("import { x } from 'y'\n\nfunction all() {\n  x(1)\n")
  expect(filled).not.toContain('#region')
  expect(filled).not.toContain('Whole file')
})

test('filling twice changes nothing, and an old block is replaced', () => {
  const filled = fill('<!-- example: ../examples/a.ts#part -->\n\nText.\n\n```ts\nother()\n```\n')
  expect(filled).toContain('```ts\nother()\n```')
  expect(fill(filled)).toBe(filled)
  expect(fill(filled.replace('x(1)', 'old(1)'))).toBe(filled)
})

test.each([
  ['../examples/b.ts', 'there is no such file'],
  ['../examples/a.ts#other', 'the file has no such region'],
])('an example that is not there, %s, is an error', (link, finding) => {
  expect(() => fill(`<!-- example: ${link} -->\n`)).toThrow(`docs/guide/page.md: the example ${link}: ${finding}`)
})
