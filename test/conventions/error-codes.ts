import { parseSource, walk } from './parsed-source.ts'

export interface CodeUses {
  /** Codes that a file raises: passes to a constructor or a function, or has as a default. */
  readonly raised: ReadonlySet<string>
  /** Every code that a file names in a text. */
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
