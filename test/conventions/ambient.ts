import type { Node } from 'oxc-parser'
import { AMBIENTS, type Ambient, WAYS_ROUND } from './ambient-table.ts'
import { importsOf, parseSource, walk } from './parsed-source.ts'

/** Each use of something ambient in a file that the table does not name: file, line, what to take instead. */
export function findAmbientUses(path: string, text: string): readonly string[] {
  const waysRound = importsOf(parseSource(path, text))
    .filter(({ specifier }) => WAYS_ROUND.includes(specifier))
    .map(({ specifier, line }) => `${path}:${line} imports ${specifier}`)
  const uses = ambientUses(path, text)
    .filter(({ ambient }) => !(path in ambient.allowed))
    .map(({ ambient, line }) => `${path}:${line} uses ${ambient.name}; take ${ambient.instead}`)
  return [...waysRound, ...uses]
}

/** Each use of something ambient, allowed or not. */
export function ambientUses(path: string, text: string): readonly { ambient: Ambient; line: number }[] {
  const source = parseSource(path, text)
  const uses: { ambient: Ambient; line: number }[] = []
  walk(source.program, (node, around) => {
    const ambient = ambientOf(node, around)
    if (ambient !== undefined) uses.push({ ambient, line: source.lineOf(node) })
  })
  return uses
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
