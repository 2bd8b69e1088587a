import { posix } from 'node:path'
import type { Node } from 'oxc-parser'
import { readText } from '../../scripts/repository-files.ts'
import { parseSource } from './parsed-source.ts'

/** The names that a file exports, types as `type Name`, in alphabetical order; `export *` is followed. */
export function exportedNames(path: string): readonly string[] {
  const { program } = parseSource(path, readText(path))
  if (program.type !== 'Program') return []
  const names: string[] = []
  for (const statement of program.body) {
    if (statement.type === 'ExportAllDeclaration' && statement.exported === null) {
      names.push(...exportedNames(posix.join(posix.dirname(path), statement.source.value)))
    } else if (statement.type === 'ExportNamedDeclaration') {
      for (const specifier of statement.specifiers) {
        const isType = statement.exportKind === 'type' || specifier.exportKind === 'type'
        const { exported } = specifier
        names.push(`${isType ? 'type ' : ''}${exported.type === 'Identifier' ? exported.name : ''}`)
      }
      if (statement.declaration !== null) names.push(...declaredNames(statement.declaration))
    }
  }
  return names.toSorted((a, b) => (a < b ? -1 : 1))
}

/** True when a file holds nothing but `export … from '…'`. */
export function onlyReExports(path: string): boolean {
  const { program } = parseSource(path, readText(path))
  if (program.type !== 'Program') return false
  return program.body.every(
    (statement) =>
      statement.type === 'ExportAllDeclaration' ||
      (statement.type === 'ExportNamedDeclaration' && statement.source !== null),
  )
}

function declaredNames(declaration: Node): readonly string[] {
  switch (declaration.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return declaration.id === null ? [] : [declaration.id.name]
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [`type ${declaration.id.name}`]
    default:
      return []
  }
}
