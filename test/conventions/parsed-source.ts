import { type Node, parseSync, visitorKeys } from 'oxc-parser'

export interface Import {
  readonly specifier: string
  readonly line: number
  /** Loaded only when that line runs. */
  readonly isDynamic: boolean
}

export interface ParsedSource {
  readonly path: string
  readonly text: string
  readonly program: Node
  lineOf(node: { readonly start: number }): number
}

/** @throws Error when the text is no TypeScript: a file that cannot be read must not pass as one without findings */
export function parseSource(path: string, text: string): ParsedSource {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  return { path, text, program, lineOf: ({ start }) => text.slice(0, start).split('\n').length }
}

/** Calls `visit` for each node below `node`, itself first, with the nodes around it (the nearest last). */
export function walk(
  node: Node,
  visit: (node: Node, around: readonly Node[]) => void,
  around: readonly Node[] = [],
): void {
  visit(node, around)
  const inside = [...around, node]
  for (const key of visitorKeys[node.type] ?? []) {
    const child: unknown = Reflect.get(node, key)
    for (const item of Array.isArray(child) ? child : [child]) {
      if (isNode(item)) walk(item, visit, inside)
    }
  }
}

/** Everything a file takes from elsewhere: `import`, `export … from`, `import()`, `require()` and `import('x').T` types. */
export function importsOf(source: ParsedSource): readonly Import[] {
  const imports: Import[] = []
  walk(source.program, (node) => {
    const add = (from: Node | null, isDynamic = false): void => {
      if (from?.type === 'Literal' && typeof from.value === 'string') {
        imports.push({ specifier: from.value, line: source.lineOf(node), isDynamic })
      }
    }
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node.source)
        break
      case 'ImportExpression':
        add(node.source, true)
        break
      case 'TSImportType':
        add(node.source)
        break
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'require') add(node.arguments[0] ?? null, true)
        break
      default:
    }
  })
  return imports
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
