import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { differenceTable, settingTable } from './difference-table.ts'

const page = readFileSync(new URL('../../docs/guide/stock-sdk.md', import.meta.url), 'utf8')

test('the guide has the table of differences as it is tested', () => {
  expect(page).toContain(`\n\n${differenceTable()}\n\n`)
})

test('the guide has the table of what variables do as it is tested', () => {
  expect(page).toContain(`\n\n${settingTable()}\n\n`)
})
