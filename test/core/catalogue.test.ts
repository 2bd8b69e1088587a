import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type CatalogueEntry, loadCatalogue } from '../../src/core/catalogue.ts'

interface Animal extends CatalogueEntry {
  readonly legCount: number
}

function isAnimal(value: unknown): value is Animal {
  return typeof value === 'object' && value !== null && 'legCount' in value
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-catalogue-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return pathToFileURL(`${folder}/`)
}

test('each file is an entry, by id and in alphabetical order, from source and from a build', async () => {
  const folder = await folderWith({
    'spider.js': 'export default { id: "spider", legCount: 8 }',
    'cat.ts': 'export default { id: "cat", legCount: 4 as number }',
  })
  const animals = await loadCatalogue(folder, isAnimal)
  expect([...animals]).toEqual([
    ['cat', { id: 'cat', legCount: 4 }],
    ['spider', { id: 'spider', legCount: 8 }],
  ])
})

test('declarations, maps and notes beside the entries are no entries', async () => {
  const folder = await folderWith({
    'cat.js': 'export default { id: "cat", legCount: 4 }',
    'cat.d.ts': 'export default {} as never',
    'cat.js.map': '{}',
    'README.md': '# Animals',
  })
  expect([...(await loadCatalogue(folder, isAnimal)).keys()]).toEqual(['cat'])
})

test.each([
  ['without a default export', 'export const legCount = 4'],
  ['whose entry has another id', 'export default { id: "dog", legCount: 4 }'],
  ['whose entry lacks what the catalogue expects', 'export default { id: "cat" }'],
])('a file %s is refused by name, with what to do', async (_what, text) => {
  const folder = await folderWith({ 'cat.js': text })
  await expect(loadCatalogue(folder, isAnimal)).rejects.toMatchObject({
    code: 'SEA_CATALOGUE_INVALID',
    message: expect.stringContaining('cat.js is no entry of its catalogue'),
    hint: 'Export the entry as default, with the id "cat".',
  })
})

test('an empty folder is an empty catalogue', async () => {
  expect(await loadCatalogue(await folderWith({}), isAnimal)).toEqual(new Map())
})

test('a folder that does not exist is an error, not an empty catalogue', async () => {
  const folder = await folderWith({})
  await expect(loadCatalogue(new URL('missing/', folder), isAnimal)).rejects.toMatchObject({ code: 'ENOENT' })
})
