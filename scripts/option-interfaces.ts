import { optionsOf } from './option-list.ts'
import type { PublicDeclaration } from './public-declarations.ts'

/**
 * Of what users can import, the interfaces of which the members are options: those called so, and those that an option
 * takes. What users write has mostly members that may be left out; what they are given has mostly others.
 */
export function optionInterfaces(declarations: readonly PublicDeclaration[]): readonly PublicDeclaration[] {
  const all = new Map(declarations.map((declaration) => [declaration.name, declaration]))
  const found = new Set([...all.values()].filter(isCalledSo))
  // A set is iterated over what is added on the way too.
  for (const declaration of found) {
    for (const name of namesIn(declaration)) {
      const taken = all.get(name)
      if (taken !== undefined && (isMostlyOptional(taken) || taken.node.type === 'TSTypeAliasDeclaration')) {
        found.add(taken)
      }
    }
  }
  return [...found].filter(({ node }) => node.type === 'TSInterfaceDeclaration')
}

function isCalledSo({ name, node }: PublicDeclaration): boolean {
  return node.type === 'TSInterfaceDeclaration' && /(?:Options|Definition)$/.test(name)
}

function isMostlyOptional(declaration: PublicDeclaration): boolean {
  const options = optionsOf(declaration)
  return options.filter(({ isRequired }) => !isRequired).length > options.length / 2
}

/** The names of types that an interface has in its options, or an alias in its text. */
function namesIn(declaration: PublicDeclaration): readonly string[] {
  const { node, text } = declaration
  const types = optionsOf(declaration).map(({ type }) => type)
  if (node.type === 'TSTypeAliasDeclaration') types.push(text.slice(node.start, node.end))
  return types.flatMap((type) => type.match(/\b[A-Z]\w*/g) ?? [])
}
