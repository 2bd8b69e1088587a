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
 * The members of an interface as options, each with its doc comment, then those of the interfaces that it extends; none
 * when it is no interface.
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
  const inherited = node.extends.flatMap(({ expression }) => {
    const base = expression.type === 'Identifier' ? interfaceSeenBy(declaration, expression.name) : undefined
    return base === undefined ? [] : optionsOf(base)
  })
  return [...own, ...inherited]
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
