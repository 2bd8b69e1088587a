import { expect, test } from 'vitest'
import { unlinkOutside } from '../../docs/.vitepress/links-outside.ts'

interface Token {
  readonly type: string
  readonly children?: Token[]
  attrGet(): string | null
}

function token(type: string, href?: string): Token {
  return { type, attrGet: () => href ?? null }
}

/** What is left of a paragraph with one link, as markdown-it would have it. */
function leftOf(href: string): readonly string[] {
  const children = [token('link_open', href), token('text'), token('link_close'), token('text')]
  unlinkOutside({
    core: {
      ruler: { push: (_name, rule) => rule({ tokens: [token('paragraph_open'), { ...token('inline'), children }] }) },
    },
  })
  return children.map(({ type }) => type)
}

test.each(['../../CONTRIBUTING.md#map', '../examples/real-service.ts'])('the site shows %s as its text', (href) => {
  expect(leftOf(href)).toEqual(['text', 'text'])
})

test.each(['drain.md', '../reference/errors.md', 'https://example.com/../examples/'])(
  'the site keeps the link %s',
  (href) => {
    expect(leftOf(href)).toEqual(['link_open', 'text', 'link_close', 'text'])
  },
)
