import { expect, test } from 'vitest'
import LOAD_02 from '../../../src/trial/trials/LOAD-02.ts'
import abusiveClients from '../../../src/trial/voyages/abusive-clients.ts'
import { judge } from '../samples.ts'
import { sailVoyage, serviceFacts } from './sailed-voyage.ts'

const HEADER_HANGS = /^A header of 64 KiB was not answered in time\./
const FILES_STAY = /There are 2\d\d more open files than before, three seconds after 250 held connections had gone\.$/

test.each([
  ['well', 'PASS', [/^Beside 250 held connections (\d+) of \1 usual requests .* a body of 8 MiB answered with 413\.$/]],
  ['few-places', 'FAIL', [/^Beside \d+ held connections [3-8]\d of \d+ usual requests failed/]],
  ['forgets', 'FAIL', [HEADER_HANGS, FILES_STAY]],
  ['blames-itself', 'FAIL', [/^A body of 8 MiB was answered with 500\.$/]],
  ['crashes', 'FAIL', [/^The service ended with exit code 1, [\d.]+ s after abusive clients had come\.$/]],
])('a service that is "%s" when clients are abusive', { timeout: 60_000 }, async (does, outcome, says) => {
  const facts = serviceFacts('abused', [does])
  const verdict = judge(LOAD_02, await sailVoyage(abusiveClients, facts, { pace: 'default' }), facts)
  const said = verdict.outcome === 'PASS' ? verdict.says : verdict.evidence.map((each) => each.says).join('\n')
  for (const each of says) expect(said).toMatch(each)
  expect(verdict.outcome).toBe(outcome)
})
