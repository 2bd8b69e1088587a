import { type BindingPattern, type Node, parseSync } from 'oxc-parser'

/** The names that a file declares for all of its code; what it imports is not among them. */
export function declaredNames(path: string, text: string): ReadonlySet<string> {
  return new Set(parseSync(path, text).program.body.flatMap(namesOf))
}

function namesOf(node: Node): readonly string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => boundNames(id))
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id === null ? [] : [node.id.name]
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [node.id.name]
    default:
      return []
  }
}

function boundNames(pattern: BindingPattern): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) => boundNames(one.type === 'RestElement' ? one.argument : one.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) =>
        one === null ? [] : boundNames(one.type === 'RestElement' ? one.argument : one),
      )
    case 'AssignmentPattern':
      return boundNames(pattern.left)
  }
}
