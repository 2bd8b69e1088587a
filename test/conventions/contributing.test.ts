import { expect, test } from 'vitest'
import { filesUnder, foldersIn, isThere, readManifest, readText } from '../../scripts/repository-files.ts'
import { LAYERS } from './layer-table.ts'

const text = readText('CONTRIBUTING.md')
const map = new Map(
  [...text.matchAll(/^\| `src\/([a-z]+)` \| .+ \| ([^|]+) \|$/gm)].map(([, folder = '', may = '']) => [folder, may]),
)

test('CONTRIBUTING is short enough to be read', () => {
  expect(text.split('\n').length).toBeLessThan(200)
})

test('the map has a line for each folder of src, and for no other', () => {
  const folders = foldersIn('src').filter((folder) => filesUnder(`src/${folder}`).length > 0)
  expect([...map.keys()].toSorted()).toEqual(folders)
})

test('the map says what the layer table says', () => {
  for (const [folder, may] of map) {
    expect(may.trim(), folder).toBe(LAYERS[folder]?.folders.join(', ') || 'nothing')
  }
})

test('every file and folder that it names exists', () => {
  const named = [...text.matchAll(/`((?:src|test|docs|scripts|examples|\.ci)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((path) => !isThere(path))).toEqual([])
})

test('every npm script that it names exists, and every script is named or a step of one that is', () => {
  const { scripts } = readManifest()
  const code = [...text.matchAll(/`([^`]+)`/g)].map(([, inside = '']) => inside).join('\n')
  const named = new Set(
    [...code.matchAll(/\bnpm (?:run ([a-z][a-z:-]*)|(test)\b)/g)].map((found) => found[1] ?? found[2] ?? ''),
  )
  expect([...named].filter((script) => !(script in scripts))).toEqual([])
  expect(Object.keys(scripts).filter((script) => !named.has(script) && !script.startsWith('pre'))).toEqual([])
})

test('every script installs what it needs before it runs, also in a fresh clone on another Node', () => {
  const { scripts } = readManifest()
  const names = Object.keys(scripts)
  // `prepack` is a hook of npm itself, and needs nothing: it only refuses.
  const isHook = (name: string): boolean =>
    name === 'prepack' || (name.startsWith('pre') && names.includes(name.slice('pre'.length)))
  const bare = names.filter(
    (name) => !isHook(name) && scripts[`pre${name}`]?.startsWith('node scripts/setup.mjs') !== true,
  )
  expect(bare).toEqual([])
})
