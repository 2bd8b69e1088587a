import type { Node } from 'oxc-parser'
import { AMBIENTS, type Ambient, WAYS_ROUND } from './ambient-table.ts'
import { importsOf, parseSource, walk } from './parsed-source.ts'

/** Each use of something ambient in a file that the table does not name: file, line, what to take instead. */
export function findAmbientUses(path: string, text: string): readonly string[] {
  const source = parseSource(path, text)
  const found: string[] = []
  for (const { specifier, line } of importsOf(source)) {
    if (WAYS_ROUND.includes(specifier)) found.push(`${path}:${line} imports ${specifier}`)
  }
  walk(source.program, (node, around) => {
    const ambient = ambientOf(node, around)
    if (ambient !== undefined && !isAllowed(path, ambient)) {
      found.push(`${path}:${source.lineOf(node)} uses ${ambient.name}; take ${ambient.instead}`)
    }
  })
  return found
}

export function isAllowed(path: string, ambient: Ambient): boolean {
  return Object.keys(ambient.allowed).some((allowed) =>
    allowed.endsWith('/') ? path.startsWith(allowed) : path === allowed,
  )
}

function ambientOf(node: Node, around: readonly Node[]): Ambient | undefined {
  const name = nameOf(node, around)
  return name === undefined ? undefined : AMBIENTS.find((ambient) => ambient.name === name)
}

/** `object.property` of a member access on a plain name (also by way of globalThis), or the name of a free identifier. */
function nameOf(node: Node, around: readonly Node[]): string | undefined {
  const parent = around.at(-1)
  if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
    if (node.object.type !== 'Identifier') return undefined
    return node.object.name === 'globalThis' ? node.property.name : `${node.object.name}.${node.property.name}`
  }
  if (node.type !== 'Identifier' || parent === undefined) return undefined
  const isProperty =
    (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
    (parent.type === 'Property' && parent.key === node && !parent.computed && parent.value !== node) ||
    (parent.type === 'MethodDefinition' && parent.key === node) ||
    parent.type === 'TSPropertySignature' ||
    parent.type === 'TSMethodSignature' ||
    parent.type === 'TSTypeQuery' ||
    parent.type === 'ImportSpecifier'
  return isProperty ? undefined : node.name
}
