import { type Comment, type ObjectExpression, parseSync } from 'oxc-parser'
import { readText } from './repository-files.ts'

export interface DocumentedEntry {
  readonly name: string
  readonly value: string
  /** The doc comment right above it, without its stars; empty when there is none. */
  readonly doc: string
}

/**
 * The entries of `export const <constant> = { … } as const` in a file, each with its doc comment: the reference then
 * says what the source says.
 *
 * @throws Error when the file has no such constant
 */
export function documentedEntries(path: string, constant: string): readonly DocumentedEntry[] {
  const text = readText(path)
  const { program, comments } = parseSync(path, text)
  const object = findObject(program.body, constant)
  if (object === undefined) throw new Error(`${path} exports no object "${constant}"`)
  let from = object.start
  return object.properties.flatMap((property) => {
    if (property.type !== 'Property') return []
    const above = comments.findLast((comment) => comment.start >= from && comment.end <= property.start)
    from = property.end
    const { key, value } = property
    return [{ name: text.slice(key.start, key.end), value: text.slice(value.start, value.end), doc: docText(above) }]
  })
}

function findObject(
  body: ReturnType<typeof parseSync>['program']['body'],
  constant: string,
): ObjectExpression | undefined {
  for (const statement of body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration?.type !== 'VariableDeclaration') continue
    for (const { id, init } of statement.declaration.declarations) {
      if (id.type !== 'Identifier' || id.name !== constant) continue
      const value = init?.type === 'TSAsExpression' || init?.type === 'TSSatisfiesExpression' ? init.expression : init
      if (value?.type === 'ObjectExpression') return value
      if (value?.type === 'TSAsExpression' && value.expression.type === 'ObjectExpression') return value.expression
    }
  }
  return undefined
}

function docText(comment: Comment | undefined): string {
  if (comment === undefined) return ''
  return comment.value
    .split('\n')
    .map((line) => line.replace(/^\s*\*+ ?/, '').trim())
    .join(' ')
    .trim()
}
