import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { redisTable } from './redis-differences.ts'

test('the guide has the table of what differs with ioredis as it is tested', () => {
  const page = readFileSync(new URL('../../docs/guide/stock-sdk.md', import.meta.url), 'utf8')
  expect(page).toContain(`\n\n${redisTable()}\n\n`)
})
