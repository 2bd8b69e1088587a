import { expect, test } from 'vitest'
import { asciiComments } from '../../scripts/ascii-comments.ts'

test('comments are spelled in ASCII, and code stays as it is', () => {
  const code = ['/** 3 µs → 4 … 😀', ' * § 2 */', '  // a × b', "const text = 'µ…' // 1"]
  expect(asciiComments(code.join('\n')).split('\n')).toEqual([
    '/** 3 us -> 4 ... ?',
    ' * section  2 */',
    '  // a x b',
    "const text = 'µ…' // 1",
  ])
})
