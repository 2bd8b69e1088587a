import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import SEC_02 from '../../../src/trial/trials/SEC-02.ts'
import secrets from '../../../src/trial/voyages/secrets.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

test.each([
  ['well', 'PASS', /^\d+ error answers and nothing/],
  ['stack', 'FAIL', /a line of a stack is in the answer with 503 to GET \/ while a dependency was away/],
  ['address', 'FAIL', /the address of a dependency is in the answer with 503 to GET \/ while a dependency was away/],
])('a service that shows its errors: %s', { timeout: 20_000 }, async (how, outcome, says) => {
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const facts = serviceFacts('shows-errors', [how], {
    dependencies: [
      {
        name: 'stock',
        variable: 'DEP_URL',
        template: 'http://{host}:{port}/',
        host: '127.0.0.1',
        port,
        protocol: 'http',
        origin: 'found',
      },
    ],
  })
  const verdict = judge(SEC_02, await sailVoyage(secrets, facts, { pace: 'default' }), facts)
  expect(verdict.says).toMatch(says)
  expect(verdict.outcome).toBe(outcome)
  expect(verdict.figures.find(({ name }) => name === 'outageAnswerCount')?.value).toBeGreaterThan(0)
})
