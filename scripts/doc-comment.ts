import type { Comment } from 'oxc-parser'

export interface DocComment {
  /** What stands before the first tag, as one line of text; empty without a comment. */
  readonly text: string
  /** The texts of each tag, by its name: `default`, `throws`, `see`. */
  readonly tags: ReadonlyMap<string, readonly string[]>
}

/** The doc comment that ends right above `start`, looking back no further than `from`. */
export function docCommentAbove(comments: readonly Comment[], from: number, start: number): DocComment {
  const comment = comments.findLast(
    ({ type, value, start: begins, end }) =>
      type === 'Block' && value.startsWith('*') && begins >= from && end <= start,
  )
  const tags = new Map<string, string[]>()
  if (comment === undefined) return { text: '', tags }
  const prose = comment.value
    .split('\n')
    .map((line) => line.replace(/^\s*\*+ ?/, '').trimEnd())
    .join('\n')
  // A tag begins a line, or follows a sentence on the same line: "Port. @default 0".
  const [text = '', ...rest] = `\n${prose}`.split(/(?<=\s)(?=@[a-z]+\b)/)
  for (const tag of rest) {
    const [, name = '', value = ''] = /^@([a-z]+)\s*([\s\S]*)$/.exec(tag) ?? []
    tags.set(name, [...(tags.get(name) ?? []), oneLine(value)])
  }
  return { text: oneLine(text), tags }
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\{@link ([\w.]+)\}/g, '`$1`')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
}
