import type { TSType } from 'oxc-parser'
import { docCommentAbove } from './doc-comment.ts'
import { type PublicDeclaration, interfaceSeenBy } from './public-declarations.ts'

export interface Option {
  readonly name: string
  readonly isRequired: boolean
  readonly type: string
  readonly doc: string
  readonly fallback: string
}

/**
 * The members of an interface as options, each with its doc comment, then those of the interfaces that it extends, as
 * they are or as `Pick`, `Omit` or `Partial` leaves them; none when it is no interface.
 */
export function optionsOf(declaration: PublicDeclaration): readonly Option[] {
  const { node, text, comments } = declaration
  if (node.type !== 'TSInterfaceDeclaration') return []
  let from = node.body.start
  const own = node.body.body.flatMap((member) => {
    const { text: doc, tags } = docCommentAbove(comments, from, member.start)
    from = member.end
    if (member.type !== 'TSPropertySignature' && member.type !== 'TSMethodSignature') return []
    const annotation = member.type === 'TSPropertySignature' ? member.typeAnnotation?.typeAnnotation : undefined
    return [
      {
        name: text.slice(member.key.start, member.key.end),
        isRequired: !member.optional,
        type: annotation === undefined ? 'function' : shortType(text.slice(annotation.start, annotation.end)),
        doc,
        fallback: tags.get('default')?.[0] ?? '',
      },
    ]
  })
  const inherited = node.extends.flatMap(({ expression, typeArguments }) =>
    expression.type === 'Identifier' ? optionsNamed(declaration, expression.name, typeArguments?.params ?? []) : [],
  )
  const names = new Set(own.map(({ name }) => name))
  return [...own, ...inherited.filter(({ name }) => !names.has(name))]
}

/** The options of the interface of that name as `declaration` sees it, or of `Pick`, `Omit` or `Partial` of one. */
function optionsNamed(declaration: PublicDeclaration, name: string, args: readonly TSType[]): readonly Option[] {
  const seen = interfaceSeenBy(declaration, name)
  if (seen !== undefined) return optionsOf(seen)
  const [base, keys] = args
  if (base?.type !== 'TSTypeReference' || base.typeName.type !== 'Identifier') return []
  const all = optionsNamed(declaration, base.typeName.name, base.typeArguments?.params ?? [])
  const named = keys === undefined ? [] : declaration.text.slice(keys.start, keys.end).split(/[\s|']+/)
  if (name === 'Partial') return all.map((option) => ({ ...option, isRequired: false }))
  if (name === 'Pick') return all.filter((option) => named.includes(option.name))
  return name === 'Omit' ? all.filter((option) => !named.includes(option.name)) : []
}

/** A type as one reads it in a table: without comments and line breaks. */
function shortType(type: string): string {
  return type
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll('readonly ', '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^\| /g, '')
    .trim()
}
