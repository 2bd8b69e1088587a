/** A text in which `*` stands for any characters and `?` for exactly one. */
export function hasWildcard(pattern: string): boolean {
  return pattern.includes('*') || pattern.includes('?')
}

/** Whether a text is, as a whole, what the pattern says. */
export function compileWildcard(
  pattern: string,
  { ignoresCase }: { readonly ignoresCase: boolean },
): (text: string) => boolean {
  const source = pattern
    .replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`, ignoresCase ? 'isu' : 'su')
  return (text) => expression.test(text)
}
