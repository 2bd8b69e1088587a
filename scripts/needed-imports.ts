import { type ImportDeclaration, type Node, Visitor, parseSync } from 'oxc-parser'

export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * The imports of a file that a part of it needs, each with no more names than the part uses, and those that are there
 * for what they do. What the part imports by itself is not among them.
 */
export function neededImports(path: string, text: string, part: Span): readonly string[] {
  const { program } = parseSync(path, text)
  const isInside = (node: Span): boolean => node.start >= part.start && node.end <= part.end
  const used = new Set<string>()
  /** Where names stand that are those of a property, and of nothing that could be imported. */
  const properties = new Set<number>()
  new Visitor({
    MemberExpression: (node) => void (node.computed || properties.add(node.property.start)),
    Property: (node) => void (node.computed || node.shorthand || properties.add(node.key.start)),
    MethodDefinition: (node) => void (node.computed || properties.add(node.key.start)),
    Identifier: (node) => void (isInside(node) && !properties.has(node.start) && used.add(node.name)),
  }).visit(program)
  return program.body
    .filter((node: Node): node is ImportDeclaration => node.type === 'ImportDeclaration' && !isInside(node))
    .flatMap((node) => {
      const kept = node.specifiers.filter(({ local }) => used.has(local.name))
      const source = text.slice(node.start, node.end)
      if (kept.length === node.specifiers.length) return [source]
      if (kept.length === 0) return []
      const names = kept.map(({ start, end }) => text.slice(start, end)).join(', ')
      const keyword = node.importKind === 'type' ? 'import type' : 'import'
      // Only a list of names can be shortened: what stands outside of braces is kept or left out whole.
      const only = kept.every(({ type }) => type === 'ImportSpecifier')
      return [only ? `${keyword} { ${names} } from ${node.source.raw}` : source]
    })
}
