import { posix } from 'node:path'
import { type Comment, type Declaration, type ParseResult, parseSync } from 'oxc-parser'
import { type DocComment, docCommentAbove } from './doc-comment.ts'
import { readText } from './repository-files.ts'

/** What `import 'seaworthy'` loads. */
const PACKAGE_ENTRY = 'src/public/index.ts'

/** Something that users can import, where it is declared. */
export interface PublicDeclaration {
  readonly name: string
  readonly path: string
  readonly node: Declaration
  readonly doc: DocComment
  readonly text: string
  readonly comments: readonly Comment[]
}

/** What a file exports, each followed through re-exports to its declaration. */
export function publicDeclarations(path: string): readonly PublicDeclaration[] {
  const found: PublicDeclaration[] = []
  for (const statement of parsed(path).program.body) {
    if (statement.type === 'ExportAllDeclaration' && statement.exported === null) {
      found.push(...publicDeclarations(resolveFrom(path, statement.source.value)))
    } else if (statement.type === 'ExportNamedDeclaration') {
      for (const { local } of statement.specifiers) {
        if (local.type !== 'Identifier') continue
        const from = statement.source === null ? path : resolveFrom(path, statement.source.value)
        found.push(declarationOf(from, local.name))
      }
      if (statement.declaration !== null) {
        for (const name of namesOf(statement.declaration)) found.push(declarationOf(path, name))
      }
    }
  }
  return found
}

/** The interface of that name as the file of `beside` sees it: in the same file, exported or not, or imported. */
export function interfaceSeenBy(beside: PublicDeclaration, name: string): PublicDeclaration | undefined {
  for (const statement of parsed(beside.path).program.body) {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (node?.type === 'TSInterfaceDeclaration' && node.id.name === name) return { ...beside, name, node }
  }
  return importedBy(beside.path, name)
}

/** @throws Error when the file neither declares nor re-exports the name */
function declarationOf(path: string, name: string): PublicDeclaration {
  const { program, comments } = parsed(path)
  let from = 0
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : undefined
    if (declaration !== undefined && declaration !== null && namesOf(declaration).includes(name)) {
      const doc = docCommentAbove(comments, from, statement.start)
      return { name, path, node: declaration, doc, text: readText(path), comments }
    }
    if (statement.type === 'ExportNamedDeclaration' && statement.source !== null) {
      const target = resolveFrom(path, statement.source.value)
      for (const { exported, local } of statement.specifiers) {
        if (exported.type === 'Identifier' && exported.name === name && local.type === 'Identifier') {
          return declarationOf(target, local.name)
        }
      }
    }
    from = statement.end
  }
  const imported = importedBy(path, name)
  if (imported !== undefined) return imported
  throw new Error(`${path} does not declare "${name}"`)
}

/** What `path` imports by that name from another file of ours; adapters import from the package, as users do. */
function importedBy(path: string, name: string): PublicDeclaration | undefined {
  for (const statement of parsed(path).program.body) {
    if (statement.type !== 'ImportDeclaration') continue
    const from = statement.source.value
    if (!from.startsWith('.') && from !== 'seaworthy') continue
    for (const specifier of statement.specifiers) {
      if (specifier.type !== 'ImportSpecifier' || specifier.local.name !== name) continue
      const target = from === 'seaworthy' ? PACKAGE_ENTRY : resolveFrom(path, from)
      const { imported } = specifier
      return imported.type === 'Identifier' ? declarationOf(target, imported.name) : undefined
    }
  }
  return undefined
}

function namesOf(declaration: Declaration): readonly string[] {
  switch (declaration.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return declaration.id === null ? [] : [declaration.id.name]
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [declaration.id.name]
    default:
      return []
  }
}

function resolveFrom(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier)
}

const cache = new Map<string, ParseResult>()

function parsed(path: string): ParseResult {
  const known = cache.get(path) ?? parseSync(path, readText(path))
  cache.set(path, known)
  return known
}
