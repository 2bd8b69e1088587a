import { type ObjectExpression, type Program, parseSync } from 'oxc-parser'
import { docCommentAbove } from './doc-comment.ts'
import { readText } from './repository-files.ts'

export interface DocumentedEntry {
  readonly name: string
  readonly value: string
  /** The doc comment right above it; empty when there is none. */
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
  const object = findObject(program, constant)
  if (object === undefined) throw new Error(`${path} exports no object "${constant}"`)
  let from = object.start
  return object.properties.flatMap((property) => {
    if (property.type !== 'Property') return []
    const doc = docCommentAbove(comments, from, property.start).text
    from = property.end
    const { key, value } = property
    return [{ name: text.slice(key.start, key.end), value: text.slice(value.start, value.end), doc }]
  })
}

function findObject({ body }: Program, constant: string): ObjectExpression | undefined {
  for (const statement of body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration?.type !== 'VariableDeclaration') continue
    for (const { id, init } of statement.declaration.declarations) {
      if (id.type !== 'Identifier' || id.name !== constant) continue
      let value = init
      while (value?.type === 'TSAsExpression' || value?.type === 'TSSatisfiesExpression') value = value.expression
      if (value?.type === 'ObjectExpression') return value
    }
  }
  return undefined
}
