import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { Facts } from '../../../src/trial/facts.ts'
import DEP_01 from '../../../src/trial/trials/DEP-01.ts'
import DEP_03 from '../../../src/trial/trials/DEP-03.ts'
import outage from '../../../src/trial/voyages/outage.ts'
import { judge } from '../samples.ts'
import { READY_AND_LIVE, sailVoyage, serviceFacts } from './sailed-voyage.ts'

async function factsOf(how: string, close: (end: () => void) => void): Promise<Facts> {
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  close(() => server.closeAllConnections())
  server.unref()
  const { port } = server.address() as { port: number }
  return serviceFacts('uses-dependency', [how], {
    probes: READY_AND_LIVE,
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
}

test.each([
  ['well', 'PASS', /^Alive without stock, honest about it, and well again afterwards/, 'PASS', /dials a second/],
  ['lies', 'FAIL', /^Readiness said yes for [\d.]+ s without stock, while \d+ of \d+ requests failed/, 'PASS', /./],
  ['dies-with-it', 'FAIL', /^Liveness answered 503/, 'PASS', /./],
  ['storms', 'PASS', /./, 'FAIL', /stock was dialled \d+ times a second while it was away \(reset\)/],
  ['gives-up', 'FAIL', /^5 s after stock was back, \d+ of \d+ requests still failed/, 'PASS', /./],
  ['exits', 'FAIL', /^The process ended with exit code 1/, 'INCONCLUSIVE', /./],
])('a service that behaves %s in an outage', { timeout: 30_000 }, async (how, first, firstSays, second, secondSays) => {
  const facts = await factsOf(how, onTestFinished)
  const lifetimes = await sailVoyage(outage, facts)
  const verdicts = [judge(DEP_01, lifetimes, facts), judge(DEP_03, lifetimes, facts)]
  expect(verdicts.map(({ says }) => says)).toEqual([
    expect.stringMatching(firstSays),
    expect.stringMatching(secondSays),
  ])
  expect(verdicts.map(({ outcome }) => outcome)).toEqual([first, second])
})
