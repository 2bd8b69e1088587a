import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markup } from '../../src/report/markup.ts'

const PIECES = fc.constantFrom('<', '>', '"', "'", '&', '<!--', ']]>', '</script', '\u2028', '\0', 'a', '=', ' ')
const HOSTILE = fc.array(fc.oneof(PIECES, fc.string({ unit: 'binary' }))).map((pieces) => pieces.join(''))

test('no text opens or closes a tag, leaves an attribute or begins an entity', () => {
  fc.assert(
    fc.property(HOSTILE, (text) => {
      const shown = String(markup`${text}`)
      expect(shown).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
    }),
  )
})
