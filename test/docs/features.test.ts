import { expect, test } from 'vitest'
import { isThere, readText } from '../../scripts/repository-files.ts'

const rows = readText('docs/guide/features.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:feature|---) \|/.test(line))

test('every feature has a page that tells of it and a proof that is there', () => {
  expect(rows.length).toBeGreaterThan(30)
  const wrong = rows.flatMap((row) => {
    const [feature = '', page = '', proof = ''] = row.slice(2).split(' | ')
    const proofs = [...proof.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path)
    const missing = proofs.filter((path) => !isThere(path))
    if (!/\]\([^)]+\)/.test(page)) return [`${feature}: no page`]
    if (proofs.length === 0) return [`${feature}: no proof`]
    return missing.map((path) => `${feature}: there is no ${path}`)
  })
  expect(wrong).toEqual([])
})
