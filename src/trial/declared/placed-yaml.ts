import { basename } from 'node:path'
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import type { DeclarationProblems } from './declaration-problems.ts'
import type { Placed, PlacedLeaf } from './placed.ts'

/** A manifest has hundreds of values; more than this is no manifest, or one made to exhaust whoever reads it. */
const MAX_VALUES = 200_000
const MAX_DEPTH = 100
/** More of one file would bury the rest. */
const MAX_SYNTAX_PROBLEMS = 3

/**
 * Every document of a text of YAML or JSON, in which each value knows its line. Aliases and merge keys are written out,
 * within a bound. Problems of the text itself are reported, and its documents are then left out.
 */
export function parsePlacedYaml(text: string, path: string, problems: DeclarationProblems): readonly Placed[] {
  const file = basename(path)
  const lines = new LineCounter()
  let documents: readonly Document.Parsed[]
  try {
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: true })
    documents = 'empty' in parsed ? [] : parsed
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.add({ key: '', where: file }, 'is nested too deeply')
    return []
  }
  const errors = documents.flatMap((document) => document.errors)
  const seenLines = new Set<number>()
  for (const error of errors) {
    const { line } = lines.linePos(error.pos[0])
    // One slip makes the parser complain again and again: the first complaint about a line is the telling one.
    if (seenLines.has(line) || seenLines.size === MAX_SYNTAX_PROBLEMS) continue
    seenLines.add(line)
    // The parser quotes the file after a colon at the end; what it quotes may be a secret.
    problems.add(
      { key: '', where: `${file}:${line}` },
      `is not valid YAML: ${error.message.replace(/(?<![ ,]): .*$/s, '')}`,
      'Correct the line; a quote or an indentation is the usual reason.',
    )
  }
  if (errors.length > 0) return []
  return documents.flatMap((document) => {
    const node = new Writer(document, lines, file).write(document.contents, '', 0)
    return node === undefined ? [] : [node]
  })
}

class Writer {
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #file: string
  #count = 0

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#document = document
    this.#lines = lines
    this.#file = file
  }

  write(node: Node | null, key: string, depth: number, offset = node?.range?.[0] ?? 0): Placed | undefined {
    this.#count++
    if (this.#count > MAX_VALUES || depth > MAX_DEPTH) return undefined
    const place = { key, where: `${this.#file}:${Math.max(1, this.#lines.linePos(offset).line)}` }
    if (isAlias(node)) return this.write(node.resolve(this.#document) ?? null, key, depth + 1, offset)
    if (isMap(node)) return { ...place, kind: 'map', entries: this.#entries(node.items, key, depth) }
    if (isSeq(node)) {
      const items = node.items.flatMap((item, index) => {
        const written = this.write(item as Node | null, `${key}[${index}]`, depth + 1)
        return written === undefined ? [] : [written]
      })
      return { ...place, kind: 'list', items }
    }
    return { ...place, kind: 'leaf', value: isScalar(node) ? (node.value as PlacedLeaf['value']) : null }
  }

  #entries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    key: string,
    depth: number,
  ): Map<string, Placed> {
    const entries = new Map<string, Placed>()
    for (const { key: name, value } of items) {
      const text = isScalar(name) ? String(isMergeKey(name.value) ? '<<' : name.value) : ''
      const offset = isScalar(name) ? name.range?.[0] : undefined
      const written = this.write(value as Node | null, key === '' ? text : `${key}.${text}`, depth + 1, offset)
      if (written === undefined) continue
      if (text !== '<<') entries.set(text, written)
      else {
        for (const merged of written.kind === 'list' ? written.items : [written]) {
          if (merged.kind !== 'map') continue
          for (const [inner, placed] of merged.entries) if (!entries.has(inner)) entries.set(inner, placed)
        }
      }
    }
    return entries
  }
}

function isMergeKey(value: unknown): boolean {
  return value === '<<' || typeof value === 'symbol'
}
