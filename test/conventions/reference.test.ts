import { expect, test } from 'vitest'
import { BUNDLED_DEPENDENCIES, DEVELOPMENT_DEPENDENCIES, RUNTIME_DEPENDENCIES } from '../../docs/dependencies.ts'
import { BUNDLED } from '../../scripts/bundled-packages.ts'
import { type RenderedPage, renderReference } from '../../scripts/reference-page.ts'
import { filesUnder, isThere, readManifest, readText } from '../../scripts/repository-files.ts'
import { renderGuide } from '../../scripts/shown-examples.ts'

const pages = await renderReference()
const { dependencies, devDependencies } = readManifest()

function isStale({ path, text }: RenderedPage): boolean {
  return !isThere(path) || readText(path) !== text
}

test('every generated page is as its sources are (else: npm run docs:gen)', () => {
  expect([...pages, ...renderGuide()].filter(isStale).map(({ path }) => path)).toEqual([])
})

test('a page that was changed by hand, or is missing, is stale', () => {
  const [page] = pages
  if (page === undefined) throw new Error('there are no pages')
  expect(isStale({ ...page, text: `${page.text}\nA word by hand.` })).toBe(true)
  expect(isStale({ path: 'docs/reference/missing.md', text: '' })).toBe(true)
})

test('every page of the reference is generated', () => {
  const generated = new Set(pages.map(({ path }) => path))
  const others = filesUnder('docs/reference').filter((path) => !generated.has(path) && !path.endsWith('/index.md'))
  expect(others).toEqual([])
})

test('rendering twice gives the same text', async () => {
  expect(await renderReference()).toEqual(pages)
})

test.each([
  ['dependency', dependencies, RUNTIME_DEPENDENCIES],
  ['devDependency', devDependencies, { ...BUNDLED_DEPENDENCIES, ...DEVELOPMENT_DEPENDENCIES }],
])('every %s has a paragraph, and every paragraph its package', (_kind, installed, reasons) => {
  expect(Object.keys(reasons).toSorted()).toEqual(Object.keys(installed).toSorted())
})

test('what is built into the package has a paragraph of its own, and is not installed beside it', () => {
  expect(Object.keys(BUNDLED_DEPENDENCIES)).toEqual([...BUNDLED])
  for (const name of BUNDLED) expect(dependencies).not.toHaveProperty(name)
})

test('a paragraph says why, and what would be there instead', () => {
  const all = { ...RUNTIME_DEPENDENCIES, ...BUNDLED_DEPENDENCIES, ...DEVELOPMENT_DEPENDENCIES }
  for (const [name, { why, alternative }] of Object.entries(all)) {
    expect(why, name).toMatch(/^[A-Z].{15,}\.$/)
    expect(alternative, name).toMatch(/^[A-Za-z].+\.$/)
  }
})
