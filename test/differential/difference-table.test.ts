import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { differenceTable } from './difference-table.ts'

test('the guide has the table of differences as it is tested', () => {
  const page = readFileSync(new URL('../../docs/guide/stock-sdk.md', import.meta.url), 'utf8')
  expect(page).toContain(`\n\n${differenceTable()}\n\n`)
})
