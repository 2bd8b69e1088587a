import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import TEL_07 from '../../../src/trial/trials/TEL-07.ts'
import distinctIds from '../../../src/trial/voyages/distinct-ids.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { shopOnRuntime, shopOnSdk } from './shops.ts'

function orders(how: string): Facts {
  const file = join(import.meta.dirname, '..', 'services', 'orders-by-route.mjs')
  return shopOnRuntime({
    command: [process.execPath, '--conditions=seaworthy-source', file, how],
    routes: [{ method: 'GET', path: '/orders/7', headers: {} }],
  })
}

test.each([
  [
    'says the route',
    orders('route'),
    'PASS',
    /^600 spans of distinct requests have 1 names at most, and no metric got/,
  ],
  ['says the path', orders('path'), 'FAIL', /^200 requests for GET \/orders\/\{id\} became 200 names of spans\.$/],
  ['says nothing', orders('none'), 'FAIL', /^200 of 200 spans of GET \/orders\/\{id\} have no http\.route\.$/],
  [
    'names spans by hand',
    shopOnSdk([]),
    'FAIL',
    /^200 requests for paths that nobody has became 200 names of spans\.$/,
  ],
] as const)('a service that %s', { timeout: 60_000 }, async (_, facts, outcome, says) => {
  const verdict = judge(TEL_07, await sailVoyage(distinctIds, facts, { pace: 'default' }), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
})
