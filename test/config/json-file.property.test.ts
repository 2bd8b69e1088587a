import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leavesOf, valueOf } from '../../src/config/config-tree.ts'
import { parseJsonFile } from '../../src/config/json-file.ts'

const SMALL = { maxDepth: 3 }

function parsed(text: string): unknown {
  const { node } = parseJsonFile(text, 'a.json') as { readonly node?: Parameters<typeof valueOf>[0] }
  return node === undefined ? undefined : valueOf(node)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('reads what JSON.parse reads, however it is indented', () => {
  const object = fc
    .dictionary(fc.string(), fc.jsonValue(SMALL))
    .filter((value) => !JSON.stringify(value).includes('__proto__'))
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 1, '\t', '\r\n '), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      fc.pre(!/(?<![\w.])-?\d{16,}(?![\d.e])/.test(text))
      expect(parsed(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('refuses, of texts that are nearly JSON, every one that JSON.parse refuses', () => {
  const near = fc
    .tuple(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.jsonValue(SMALL)),
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', ']', ':', '\\', '0', ' ', '\n', 'x', '\u0000'),
    )
    .map(([value, at, inserted]) => {
      const text = JSON.stringify(value)
      const index = at % text.length
      return text.slice(0, index) + inserted + text.slice(index + (at % 2))
    })
  fc.assert(
    fc.property(near, (text) => {
      fc.pre(!isJson(text))
      expect(parsed(text)).toBeUndefined()
    }),
    { numRuns: 500 },
  )
})

test('every key is found again at its line and column', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.nat())),
      (value) => {
        const text = JSON.stringify(value, undefined, 2)
        const lines = text.split('\n')
        const { node } = parseJsonFile(text, 'a.json') as { readonly node: Parameters<typeof leavesOf>[0] }
        for (const [path, { origin }] of leavesOf(node)) {
          if (origin.source !== 'file') throw new Error('from no file')
          expect(lines[origin.line - 1]?.slice(origin.column - 1)).toMatch(`"${path.at(-1)}": `)
        }
      },
    ),
  )
})
