import { expect, test } from 'vitest'
import { markup } from '../../src/report/markup.ts'

test('what is filled in is text, between tags and in attributes', () => {
  const hostile = `"><script>alert('x')</script>&amp;`
  expect(String(markup`<p title="${hostile}">${hostile}</p>`)).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;">' +
      '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;</p>',
  )
})

test('markup in markup stays markup, lists are joined, and nothing is nothing', () => {
  const items = ['a', '<b>'].map((text) => markup`<li>${text}</li>`)
  expect(String(markup`<ul>${items}</ul>${undefined}${0}`)).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>0')
})

test('what would turn the direction of text, and control characters, are gone', () => {
  expect(String(markup`${'a\u202Eb\u0000c\u001B[31m\u2028'}`)).toBe('a·b·c·[31m·')
})

test('a text of megabytes is cut off', () => {
  expect(String(markup`${'x'.repeat(1_000_000)}`).length).toBe(20_000)
})
