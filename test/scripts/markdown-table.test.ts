import { expect, test } from 'vitest'
import { markdownTable } from '../../scripts/markdown-table.ts'

test('a cell with a bar or a line break stays one cell', () => {
  expect(markdownTable(['a', 'b'], [['x | y', 'one\n  two']])).toBe('| a | b |\n| --- | --- |\n| x \\| y | one two |')
})
