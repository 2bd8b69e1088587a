import { expect, test } from 'vitest'
import { filesUnder, isThere, readText, trackedFiles } from '../../scripts/repository-files.ts'
import { anchorsOf, findBrokenLinks } from './markdown-links.ts'

const pages = trackedFiles().filter((path) => path.endsWith('.md'))

test('every link in a Markdown page leads to a file, heading or region that exists', () => {
  expect(pages.flatMap((page) => findBrokenLinks(page, readText(page), { isThere, readText }))).toEqual([])
})

test('every example file is shown on some page', () => {
  const text = pages.map(readText).join('\n')
  const unseen = filesUnder('docs/examples').filter(
    (path) => !text.includes(path.replace('docs/examples/', 'examples/')),
  )
  expect(unseen).toEqual([])
})

const tree = {
  isThere: (path: string) => ['docs/b.md', 'docs/examples/a.ts'].includes(path),
  readText: (path: string) =>
    path.endsWith('.md') ? '# B\n\n## SEA_OPTIONS_INVALID' : '// #region stop\n// #endregion',
}

test.each([
  ['[x](missing.md)', 'missing.md: there is no such file'],
  ['[x](b.md#c)', 'b.md#c: it has no heading "c"'],
  ['[x](#c)', '#c: it has no heading "c"'],
  ['[x](/b)', '/b: write it relative to the page, so that it works in the repository, too'],
  ['[x]: missing.md', 'missing.md: there is no such file'],
  ['<<< ./examples/missing.ts', '<<<./examples/missing.ts: there is no such file'],
  ['<<< ./examples/a.ts#start', '<<<./examples/a.ts#start: it has no region "start"'],
])('%s is broken', (line, finding) => {
  expect(findBrokenLinks('docs/a.md', `# A\n${line}`, tree)).toEqual([`docs/a.md:2 links to ${finding}`])
})

test.each([
  ['[x](b.md)'],
  ['[x](b.md#sea_options_invalid)'],
  ['[x](#a)'],
  ['[x](https://example.com/#y)'],
  ['[x](mailto:a@example.com)'],
  ['`[x](missing.md)`'],
  ['```md\n[x](missing.md)\n```'],
  ['<<< ./examples/a.ts'],
  ['<<< ./examples/a.ts#stop{ts}'],
])('%s is whole', (line) => {
  expect(findBrokenLinks('docs/a.md', `# A\n${line}`, tree)).toEqual([])
})

test('anchors are those of GitHub', () => {
  expect([
    ...anchorsOf('# What it *is*: a `runtime`\n## Why?\n## Why?\n```\n# no heading\n```\n## drain → finish'),
  ]).toEqual(['what-it-is-a-runtime', 'why', 'why-1', 'drain--finish'])
})
