import type { Node } from 'oxc-parser'
import { parseSource, walk } from './parsed-source.ts'

export interface CodeUses {
  /** Codes that a file raises: passes to a constructor or a function, or has as a default. */
  readonly raised: ReadonlySet<string>
  /** Every code that a file names in a text; the name of a test does not count, since it asserts nothing. */
  readonly named: ReadonlySet<string>
}

const CODE = /\bSEA(?:_[A-Z0-9]+)+\b/g

/** The error codes in a source, comments left out. */
export function codesIn(path: string, text: string): CodeUses {
  const raised = new Set<string>()
  const named = new Set<string>()
  walk(parseSource(path, text).program, (node, around) => {
    const value = node.type === 'Literal' ? node.value : node.type === 'TemplateElement' ? node.value.raw : undefined
    if (typeof value !== 'string') return
    if (isTestName(node, around)) return
    for (const [code] of value.matchAll(CODE)) {
      named.add(code)
      const compared = around.some(
        (outer) =>
          outer.type === 'BinaryExpression' ||
          outer.type === 'SwitchCase' ||
          outer.type === 'TSLiteralType' ||
          (outer.type === 'CallExpression' &&
            outer.callee.type === 'Identifier' &&
            outer.callee.name === 'isSeaworthyError'),
      )
      if (!compared && value === code) raised.add(code)
    }
  })
  return { raised, named }
}

/** True for the first argument of `test(…)`, `test.each(…)(…)` and `describe(…)`. */
function isTestName(node: Node, around: readonly Node[]): boolean {
  const holder = node.type === 'TemplateElement' ? around.at(-1) : node
  const call = around.findLast(({ type }) => type === 'CallExpression')
  if (call?.type !== 'CallExpression' || call.arguments[0] !== holder) return false
  let callee: Node = call.callee
  while (callee.type === 'CallExpression' || callee.type === 'MemberExpression') {
    callee = callee.type === 'CallExpression' ? callee.callee : callee.object
  }
  return callee.type === 'Identifier' && (callee.name === 'test' || callee.name === 'describe')
}
