/** The part of a Markdown token that matters here; markdown-it's own has more. */
interface Token {
  readonly type: string
  readonly children?: Token[] | null
  attrGet(name: string): string | null
}

/** What VitePress hands to `markdown.config`, as far as it is used here. */
interface Markdown {
  readonly core: {
    readonly ruler: { push(name: string, rule: (state: { readonly tokens: Token[] }) => void): unknown }
  }
}

/** Leads out of the pages of the site: to an example, or to a file beside the folder of the docs. */
const OUTSIDE = /^\.\.\/(?:\.\.\/|examples\/)/

/** Shows links to files that are in the repository and not on the site as their text: there they would lead nowhere. */
export function unlinkOutside(md: Markdown): void {
  md.core.ruler.push('unlink-outside', ({ tokens }) => {
    for (const { children } of tokens) unlink(children ?? [])
  })
}

function unlink(tokens: Token[]): void {
  let isInside = false
  const kept = tokens.filter((token) => {
    if (token.type === 'link_open' && OUTSIDE.test(token.attrGet('href') ?? '')) isInside = true
    else if (token.type === 'link_close' && isInside) isInside = false
    else return true
    return false
  })
  tokens.splice(0, tokens.length, ...kept)
}
