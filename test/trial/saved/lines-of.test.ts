import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { linesOf } from '../../../src/trial/saved/lines-of.ts'

const TEXT = '{"line":"one\u2028two\u2029three\u0085four\\r"}\n\n{"line":"🚢"}\nlast'

async function split(pieces: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const line of linesOf(Readable.from(pieces))) lines.push(line)
  return lines
}

test.each([1, 2, 7, 1000])('in pieces of %i characters, only a line feed ends a line', async (length) => {
  const pieces = Array.from({ length: Math.ceil(TEXT.length / length) }, (_, index) =>
    TEXT.slice(index * length, (index + 1) * length),
  )
  expect(await split(pieces)).toEqual(TEXT.split('\n'))
})

test('behind the last line feed there is no line', async () => {
  expect(await split(['a\nb\n'])).toEqual(['a', 'b'])
})
