import { describe, expect, test } from 'vitest'
import { filesUnder, foldersIn, isThere, readText } from '../../scripts/repository-files.ts'
import { loadTrials } from '../../src/trial/catalogue.ts'
import { DECLARED_OPTIONS } from '../../src/trial/declared/options.ts'
import { EXAMPLES } from '../../zoo/examples/catalogue.ts'
import { keptTrials } from '../../zoo/examples/kept-trials.ts'

const PAGE = 'docs/guide/examples-on-trial.md'
const trials = await loadTrials()
const installed = (
  JSON.parse(readText('zoo/examples/package.json')) as { readonly dependencies: Readonly<Record<string, string>> }
).dependencies
const notices = readText('zoo/examples/licences.md')

test('no two examples have the same name, and every folder is one', () => {
  const folders = foldersIn('zoo/examples').filter((folder) => folder !== 'node_modules')
  expect(EXAMPLES.map(({ name }) => name).toSorted()).toEqual(folders.toSorted())
})

describe.each(EXAMPLES)('the example $name', (example) => {
  const { name, source, files, versions, changes, needs, language, aboutChanges = {} } = example
  const texts = files
    .filter((file) => isThere(`zoo/examples/${name}/${file}`))
    .map((file) => readText(`zoo/examples/${name}/${file}`))
  const lines = new Set(texts.flatMap((text) => text.split('\n').map((line) => line.trim())))

  test('names all of its files, and they exist', () => {
    expect(texts).toHaveLength(files.length)
    const prefix = `zoo/examples/${name}/`
    const sources = new Set(filesUnder(`zoo/examples/${name}`).map((path) => path.slice(prefix.length)))
    expect(files.filter((file) => !sources.has(file))).toEqual([])
  })

  test('says where it comes from, when it was read, and under which licence, here and in its first lines', () => {
    expect(source.url).toMatch(/^https:\/\//)
    expect(source.date).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(source.version).not.toBe('')
    const [first = ''] = texts
    const head = first.slice(0, 1000)
    expect(head).toContain(source.url)
    expect(head).toContain(source.date)
    const missing = [source.version, source.licence].filter((text) => !head.includes(text))
    expect(source.taken === 'quoted' ? missing : []).toEqual([])
    expect(source.taken === 'followed' || notices.includes(`| \`${name}\` |`)).toBe(true)
  })

  test('has every line that is said to be changed, with a sentence why', () => {
    expect(changes.filter(({ line }) => !lines.has(line))).toEqual([])
    expect(changes.filter(({ why }) => !/^[A-Z].+\.$/.test(why))).toEqual([])
  })

  test('runs on the versions that are installed, and is declared by flags that exist', () => {
    const other = Object.entries(versions).filter(([of, version]) => installed[of] !== version)
    expect(language === 'javascript' ? other : []).toEqual([])
    for (const flag of needs.filter((word) => word.startsWith('--')))
      expect(DECLARED_OPTIONS).toHaveProperty([flag.slice(2)])
  })

  test('leaves out only verdicts of trials that exist, each with a sentence why', () => {
    for (const [id, why] of Object.entries(aboutChanges)) {
      expect(trials.has(id), id).toBe(true)
      expect(why).toMatch(/^[A-Z].+\.$/)
    }
  })
})

test('the page has what was kept: a column and a section for each example that was tried, and for no other', () => {
  const tried = new Set(keptTrials().map(({ example }) => example))
  const page = isThere(PAGE) ? readText(PAGE) : ''
  const sections = [...page.matchAll(/^## (\S+)$/gm)].map(([, name = '']) => name)
  expect(sections.filter((name) => EXAMPLES.some((each) => each.name === name))).toEqual(
    EXAMPLES.map(({ name }) => name).filter((name) => tried.has(name)),
  )
  for (const { name } of EXAMPLES.filter((each) => tried.has(each.name))) expect(page).toContain(`[${name}](#${name})`)
})
