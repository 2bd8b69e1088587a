import type { ConfigNode } from './config-tree.ts'
import type { Origin } from './origin.ts'
import { MAX_FILE_DEPTH, MAX_FILE_VALUES, type ParsedFile, TOO_DEEP, TOO_MANY_VALUES } from './parsed-file.ts'

/**
 * Reads JSON into a tree in which every value knows its line. `JSON.parse` can't serve: it has no positions, takes the
 * last of two equal keys, loses digits of large numbers, and quotes the file in its messages.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function parseJsonFile(text: string, file: string): ParsedFile {
  try {
    return { node: new JsonReader(text, file).read() }
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    const { what, suggestion } = error
    return { problems: [{ ...positionAt(text, error.offset), what, ...(suggestion === '' ? {} : { suggestion }) }] }
  }
}

class JsonProblem extends Error {
  readonly offset: number
  readonly what: string
  readonly suggestion: string

  constructor(offset: number, what: string, suggestion = '') {
    super(what)
    this.offset = offset
    this.what = what
    this.suggestion = suggestion
  }
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
/** Texts end at the first quote that no backslash precedes; what is inside is left to `JSON.parse`. */
const TEXT = /"(?:[^"\\\n\r]|\\.)*"/y

class JsonReader {
  readonly #text: string
  readonly #file: string
  readonly #lineStarts: readonly number[]
  #at = 0
  #values = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
    this.#lineStarts = lineStartsOf(text)
  }

  read(): ConfigNode {
    this.#take(SPACE)
    if (this.#text[this.#at] !== '{') {
      throw new JsonProblem(this.#at, this.#at === this.#text.length ? 'is empty, expected keys' : 'expected "{"')
    }
    const node = this.#value(this.#at, 0)
    if (this.#at < this.#text.length) throw new JsonProblem(this.#at, 'expected the end of the file')
    return node
  }

  /** One value with the space around it; `offset` is where its origin points to. */
  #value(offset: number, depth: number): ConfigNode {
    this.#values++
    if (this.#values > MAX_FILE_VALUES) throw new JsonProblem(offset, TOO_MANY_VALUES)
    if (depth >= MAX_FILE_DEPTH) throw new JsonProblem(offset, TOO_DEEP)
    const origin = this.#originAt(offset)
    const first = this.#text[this.#at]
    const node =
      first === '{'
        ? this.#map(origin, depth)
        : first === '['
          ? this.#list(origin, depth)
          : ({ kind: 'leaf', origin, value: this.#scalar() } as const)
    this.#take(SPACE)
    return node
  }

  #map(origin: Origin, depth: number): ConfigNode {
    const entries = new Map<string, ConfigNode>()
    this.#eachUntil('}', () => {
      const offset = this.#at
      const key = this.#string('a key in double quotes')
      if (entries.has(key)) throw new JsonProblem(offset, 'the same key was there before', 'Keep one of the two.')
      this.#take(SPACE)
      this.#expect(':')
      this.#take(SPACE)
      entries.set(key, this.#value(offset, depth + 1))
    })
    return { kind: 'map', origin, entries }
  }

  #list(origin: Origin, depth: number): ConfigNode {
    const items: ConfigNode[] = []
    this.#eachUntil(']', () => void items.push(this.#value(this.#at, depth + 1)))
    return { kind: 'list', origin, items }
  }

  #eachUntil(end: '}' | ']', readItem: () => void): void {
    this.#at++
    this.#take(SPACE)
    if (this.#text[this.#at] === end) {
      this.#at++
      return
    }
    while (true) {
      readItem()
      if (this.#text[this.#at] === end) {
        this.#at++
        return
      }
      this.#expect(',', `"," or "${end}"`)
      this.#take(SPACE)
      if (this.#text[this.#at] === end) {
        throw new JsonProblem(this.#at, 'a comma stands before the end', 'Remove the comma.')
      }
    }
  }

  #scalar(): unknown {
    const offset = this.#at
    if (this.#text[offset] === '"') return this.#string('a value')
    const word = this.#take(WORD)
    if (word !== '') return word === 'null' ? null : word === 'true'
    const digits = this.#take(NUMBER)
    if (digits === '') throw new JsonProblem(offset, 'expected a value')
    const number = Number(digits)
    const isExact = Number.isFinite(number) && (!/^-?\d+$/.test(digits) || Number.isSafeInteger(number))
    if (isExact) return number
    throw new JsonProblem(offset, 'a number is too large to be kept exactly', 'Quote it to make it a text.')
  }

  #string(expected: string): string {
    const offset = this.#at
    const quoted = this.#take(TEXT)
    if (quoted === '') {
      const isText = this.#text[offset] === '"'
      throw new JsonProblem(offset, isText ? 'a text has no end on its line' : `expected ${expected}`)
    }
    try {
      return JSON.parse(quoted) as string
    } catch {
      const what = 'a text holds a tab, another control character, or an escape sequence that is not valid'
      throw new JsonProblem(offset, what, 'Write "\\\\" for a backslash, "\\t" for a tab.')
    }
  }

  #expect(mark: string, expected = `"${mark}"`): void {
    if (this.#text[this.#at] !== mark) throw new JsonProblem(this.#at, `expected ${expected}`)
    this.#at++
  }

  /** Takes what the pattern matches here, and nothing when it doesn't match. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [taken = ''] = pattern.exec(this.#text) ?? []
    this.#at += taken.length
    return taken
  }

  #originAt(offset: number): Origin {
    let low = 0
    let high = this.#lineStarts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { source: 'file', file: this.#file, line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 }
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}

function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1 }
}
