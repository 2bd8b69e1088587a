import { expect, test } from 'vitest'
import { withOwnAdminPort } from '../../../src/trial/ship/own-admin-port.ts'
import { makeFacts } from '../samples.ts'

const PROBE = { origin: 'found', periodMs: 10_000, timeoutMs: 1000, failureThreshold: 3, initialDelayMs: 0 } as const
const TOLD = makeFacts({
  adminPortVariable: 'SEAWORTHY_ADMIN_PORT',
  env: { SEAWORTHY_ADMIN_PORT: '9000', MODE: 'fast' },
  probes: { ready: { path: '/readyz', port: 9000, ...PROBE }, live: { path: '/livez', port: 8080, ...PROBE } },
})

test('an admin port that can be told is another one in each lifetime, and its probes are asked there', async () => {
  const own = await withOwnAdminPort(TOLD)
  const other = await withOwnAdminPort(TOLD)
  const port = Number(own.env['SEAWORTHY_ADMIN_PORT'])
  expect(port).not.toBe(9000)
  expect(other.env['SEAWORTHY_ADMIN_PORT']).not.toBe(String(port))
  expect(own.probes).toMatchObject({ ready: { path: '/readyz', port }, live: { port: 8080 } })
  expect(own.env['MODE']).toBe('fast')
})

test('one that can not be told stays what it is', async () => {
  const facts = makeFacts()
  expect(await withOwnAdminPort(facts)).toBe(facts)
})
