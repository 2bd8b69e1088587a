import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, visit } from 'yaml'
import type { ConfigNode } from './config-tree.ts'
import type { Origin } from './origin.ts'
import { MAX_FILE_DEPTH, MAX_FILE_VALUES, TOO_DEEP, TOO_MANY_VALUES } from './parsed-file.ts'

/** A problem at a place in the text that is not a line yet. */
export interface YamlProblem {
  readonly offset: number
  readonly what: string
  readonly suggestion?: string
}

/** More than are shown of one file. */
const MAX_PROBLEMS = 20

/** Turns a parsed document into a tree. Aliases are written out, within a budget: a "billion laughs" file is refused. */
export class YamlTreeBuilder {
  readonly problems: YamlProblem[] = []
  readonly #lines: LineCounter
  readonly #file: string
  readonly #targets: ReadonlyMap<Node, Node>
  readonly #open = new Set<Node>()
  #values = 0

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#lines = lines
    this.#file = file
    this.#targets = aliasTargets(document)
  }

  build(node: Node | null, keyOffset?: number): ConfigNode {
    const offset = node?.range?.[0] ?? keyOffset ?? 0
    const origin = this.#originAt(keyOffset ?? offset)
    const nothing: ConfigNode = { kind: 'leaf', origin, value: null }
    this.#values++
    if (this.#values > MAX_FILE_VALUES) return this.#refuse(offset, TOO_MANY_VALUES, nothing)
    if (this.#open.size >= MAX_FILE_DEPTH) return this.#refuse(offset, TOO_DEEP, nothing)
    if (isAlias(node)) return this.#buildAlias(node, keyOffset ?? offset, nothing)
    if (isScalar(node)) return { kind: 'leaf', origin, value: this.#scalar(node.value, offset) }
    if (node === null || this.#open.has(node)) return nothing
    this.#open.add(node)
    const built = this.#buildCollection(node, origin, nothing)
    this.#open.delete(node)
    return built
  }

  #buildCollection(node: Node, origin: Origin, nothing: ConfigNode): ConfigNode {
    if (isSeq(node)) {
      const items: ConfigNode[] = []
      for (const item of node.items) {
        if (this.#isSpent()) break
        items.push(this.build(item as Node | null))
      }
      return { kind: 'list', origin, items }
    }
    if (!isMap(node)) return nothing
    const entries = new Map<string, ConfigNode>()
    for (const { key, value } of node.items) {
      if (this.#isSpent()) break
      const name = isScalar(key) ? String(key.value) : ''
      const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0
      if (name === '<<') this.#mergeKey(offset)
      if (entries.has(name)) {
        this.problems.push({ offset, what: 'the same key was there before', suggestion: 'Keep one of the two.' })
      }
      entries.set(name, this.build(value as Node | null, offset))
    }
    return { kind: 'map', origin, entries }
  }

  #buildAlias(alias: Node, offset: number, nothing: ConfigNode): ConfigNode {
    const target = this.#targets.get(alias)
    if (target === undefined) {
      const problem = {
        what: 'an alias names an anchor that is not there',
        suggestion: 'Quote a value that begins with "*".',
      }
      this.problems.push({ offset: alias.range?.[0] ?? offset, ...problem })
      return nothing
    }
    if (this.#open.has(target)) return this.#refuse(offset, 'an alias stands inside what it repeats', nothing)
    return this.build(target, offset)
  }

  #scalar(value: unknown, offset: number): unknown {
    if (typeof value !== 'bigint') return value
    const number = Number(value)
    if (!Number.isSafeInteger(number)) {
      this.problems.push({
        offset,
        what: 'a whole number is too large to be kept exactly',
        suggestion: 'Quote it to make it a text.',
      })
    }
    return number
  }

  #mergeKey(offset: number): void {
    this.problems.push({
      offset,
      what: 'merge keys ("<<") are not supported, YAML 1.2 has none',
      suggestion: 'Write the keys out, or put the shared ones into a file listed before this one.',
    })
  }

  /** Once the budget is spent, or so much is wrong, going on would only repeat the problem. */
  #isSpent(): boolean {
    return this.#values > MAX_FILE_VALUES || this.problems.length >= MAX_PROBLEMS
  }

  #refuse(offset: number, what: string, nothing: ConfigNode): ConfigNode {
    this.problems.push({ offset, what })
    return nothing
  }

  #originAt(offset: number): Origin {
    const { line, col } = this.#lines.linePos(offset)
    return { source: 'file', file: this.#file, line: Math.max(1, line), column: Math.max(1, col) }
  }
}

/** What each alias stands for: the last node with its anchor before it. One pass, however many aliases there are. */
function aliasTargets(document: Document): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Node, Node>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}
