import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderPage } from '../../../src/trial/page/render-page.ts'
import { fail } from '../../../src/trial/verdict/make-verdict.ts'
import { judged, makeReport } from '../output/report-samples.ts'
import { makeFacts, makeLifetime, makeRequest } from '../samples.ts'

const PIECES = fc.constantFrom(
  '<',
  '>',
  '"',
  "'",
  '&',
  '<script>',
  '</script>',
  '<!--',
  '</pre>',
  '\u2028',
  '\n',
  ' onload=',
)
const TEXT = fc
  .array(fc.oneof(PIECES, fc.string({ unit: 'binary' })), { minLength: 1 })
  .map((pieces) => pieces.join(''))

/** A page with a text of the service in every place where one can be. */
function pageWith(text: string): string {
  const lifetime = makeLifetime(
    [
      makeRequest({ id: 0, at: 10, path: text, errorCode: text, outcome: 'reset-reused' }),
      { kind: 'output', at: 11, stream: 'stdout', line: text },
      { kind: 'mark', at: 12, name: text, data: { text } },
    ],
    { voyage: text, label: text },
  )
  const verdict = fail(text, {
    evidence: [{ says: text, seen: { lifetime: 0, from: 1 }, lines: [text] }],
    figures: [{ name: 'x', value: text }],
    notes: [text],
  })
  return renderPage(
    makeReport({
      facts: makeFacts({ command: [text], warnings: [text], routes: [{ method: 'GET', path: text, headers: {} }] }),
      judged: [judged({ id: 'STOP-01' }, verdict, { noise: text })],
      sailed: [{ voyage: 'x', attempt: 1, lifetimes: [lifetime], tookMs: 1, isWhole: true }],
    }),
  )
}

/** Every tag with the names of its attributes, as a browser would read them. */
function structure(page: string): readonly string[] {
  const outside = page.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '<$1>')
  return [...outside.matchAll(/<(?:!--|\/?[a-z][^>]*)/gi)].map(([tag]) => tag.replaceAll(/="[^"]*"/g, ''))
}

test('whatever a service says, the page has the same tags and the same attributes', () => {
  const plain = structure(pageWith('plain'))
  fc.assert(
    fc.property(TEXT, (text) => {
      expect(structure(pageWith(text))).toEqual(plain)
    }),
    { numRuns: 60 },
  )
})
