import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import SEC_01 from '../../../src/trial/trials/SEC-01.ts'
import secrets from '../../../src/trial/voyages/secrets.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

async function factsOf(where: string): Promise<Facts> {
  const server = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  server.unref()
  const { port } = server.address() as { port: number }
  return serviceFacts('spills-secrets', [where], {
    dependencies: [
      {
        name: 'db',
        variable: 'DEP_URL',
        template: 'postgres://app:own-password@{host}:{port}/shop',
        host: '127.0.0.1',
        port,
        protocol: 'tcp',
        origin: 'found',
      },
    ],
  })
}

test.concurrent.each([
  ['nowhere', 'PASS', ''],
  ['log', 'FAIL', 'The Authorization header is in: stdout, field req.headers.authorization (as it is, '],
  ['span', 'FAIL', 'The parameter "token" of a query is in: attribute url.full of a span (as it is, '],
  ['body', 'FAIL', 'The Authorization header is in: body of an answer with 404 (as it is, '],
  ['base64', 'FAIL', 'The Authorization header is in: stdout (in base64, '],
  ['address', 'FAIL', 'The password in the variable DEP_URL is in: stderr (as it is, once).'],
])('a service that lets secrets out by %s: %s', { timeout: 20_000 }, async (where, outcome, place) => {
  const facts = await factsOf(where)
  const lifetimes = await sailVoyage(secrets, facts, { pace: 'default' })
  const verdict = judge(SEC_01, lifetimes, facts)
  expect([verdict.outcome, verdict.says]).toEqual([outcome, expect.anything()])
  expect(verdict.evidence.map(({ says }) => says).join('\n')).toContain(place)
  const tokens = Object.entries(lifetimes[0]?.settings ?? {}).filter(([name]) => name.startsWith('canary.'))
  expect(tokens.length).toBeGreaterThan(4)
  for (const [, token] of tokens) expect(JSON.stringify(verdict)).not.toContain(token)
  expect(JSON.stringify(lifetimes)).not.toContain('own-password')
})
