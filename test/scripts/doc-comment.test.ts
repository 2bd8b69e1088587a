import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { docCommentAbove } from '../../scripts/doc-comment.ts'

function docOf(text: string): { readonly text: string; readonly tags: Record<string, readonly string[]> } {
  const { comments, program } = parseSync('x.ts', text)
  const last = program.body.at(-1)
  const doc = docCommentAbove(comments, program.body.at(-2)?.end ?? 0, last?.start ?? 0)
  return { text: doc.text, tags: Object.fromEntries(doc.tags) }
}

test('the text is one line, links become code, and tags are apart', () => {
  const comment = `/**
    * Waits for {@link Service.run},
    * or gives up.
    *
    * @default 10, because of
    *   a reason
    * @see https://example.com/a
    * @see https://example.com/b
    */
    const x = 1`
  expect(docOf(comment)).toEqual({
    text: 'Waits for `Service.run`, or gives up.',
    tags: { default: ['10, because of a reason'], see: ['https://example.com/a', 'https://example.com/b'] },
  })
})

test.each([
  ['/** Port. @default 0 */ const x = 1', 'Port.', { default: ['0'] }],
  ['/** @default 0 */ const x = 1', '', { default: ['0'] }],
  ['/** Write to a@example.com. */ const x = 1', 'Write to a@example.com.', {}],
  ['/* no doc comment */ const x = 1', '', {}],
  ['// nor this\nconst x = 1', '', {}],
  ['/** Of another. */ const y = 1\nconst x = 1', '', {}],
])('%s', (source, text, tags) => {
  expect(docOf(source)).toEqual({ text, tags })
})
