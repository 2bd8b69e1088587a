import { expect, test } from 'vitest'
import { canarySettings } from '../../../src/trial/history/canaries.ts'
import { frontSettings } from '../../../src/trial/history/fronts.ts'
import type { RequestEvent } from '../../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import SEC_02 from '../../../src/trial/trials/SEC-02.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'

const TOKEN = 'abcdefghij0123456789'
const SETTINGS = {
  ...canarySettings({ query: TOKEN }),
  ...frontSettings({ dependency: 'db', host: '127.0.0.1', port: 41_234 }),
}
const FACTS = makeFacts({
  dependencies: [
    {
      name: 'db',
      variable: 'DB_URL',
      template: 'http://{host}:{port}',
      host: 'db.inner',
      port: 5432,
      protocol: 'http',
      origin: 'found',
    },
  ],
})
const AWAY: readonly HistoryEvent[] = [
  { kind: 'fault', at: 1000, target: 'db', fault: 'refuse' },
  { kind: 'fault', at: 2000, target: 'db', fault: 'none' },
]

function answer(status: number, body: string, rest: Partial<RequestEvent> = {}): RequestEvent {
  return makeRequest({ id: 1, at: 100, status, load: 'secrets', body, bodyBytes: body.length, ...rest })
}

function say(...events: readonly HistoryEvent[]): Verdict {
  return judge(SEC_02, [makeLifetime([...events, ...AWAY], { voyage: 'secrets', settings: SETTINGS })], FACTS)
}

test('error answers with a sentence pass, and what they said in an outage was seen', () => {
  const verdict = say(answer(404, 'no such thing'), answer(503, 'no stock', { id: 2, at: 1500 }))
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    says: '2 error answers and nothing of the inside in any of them.',
    notes: [],
  })
})

test('a service that never answers an error in an outage passes with a note', () => {
  expect(say(answer(404, ''))).toMatchObject({
    outcome: 'PASS',
    notes: ['No error answer was given while a dependency was away: what one says was not seen.'],
  })
})

test('a stack is shown by its line, without the token in it', () => {
  const verdict = say(
    answer(404, 'no'),
    answer(500, `Error: no\n    at add (file:///srv/${TOKEN}.js:3:9)`, { id: 7, path: `/cart?token=${TOKEN}` }),
  )
  expect(verdict).toMatchObject({
    outcome: 'FAIL',
    says: '1 of 2 error answers show the inside of the service: a line of a stack is in the answer with 500 to GET /cart.',
    evidence: [{ lines: ['at add (file:///srv/***.js:3:9)'], seen: { requests: [7] } }],
  })
  expect(JSON.stringify(verdict)).not.toContain(TOKEN)
})

test.each([
  ['our front', 'connect ECONNREFUSED 127.0.0.1:41234'],
  ['its own place', 'can not reach db.inner:5432'],
])('the address of a dependency, by %s, fails', (_, body) => {
  expect(say(answer(503, body, { at: 1500 })).says).toContain(
    'the address of a dependency is in the answer with 503 to GET / while a dependency was away.',
  )
})

test('what was seen most often comes first', () => {
  const stack = 'at /srv/x.js:1:2'
  const often = [2, 3].map((id) => answer(404, stack, { id, path: '/nowhere' }))
  expect(say(answer(500, stack), ...often).evidence.map(({ says }) => says)).toEqual([
    'A line of a stack is in the answer with 404 to GET /nowhere.',
    'A line of a stack is in the answer with 500 to GET /.',
  ])
})

test('what the client had sent is nothing that the service shows', () => {
  const path = '/home/app/prices.json'
  expect(say(answer(404, `no such thing: ${path}`, { path: `${path}?token=1` })).outcome).toBe('PASS')
  expect(say(answer(404, `no such thing: ${path}`, { path: '/' })).outcome).toBe('FAIL')
})

test.each<[string, readonly HistoryEvent[]]>([
  ['nothing', []],
  ['an answer that is no error', [answer(200, 'at /srv/x.js:1:2')]],
  ['an error without an answer', [answer(500, 'at /srv/x.js:1:2', { outcome: 'timeout' })]],
  ['an error whose words were not kept', [makeRequest({ id: 1, at: 100, status: 500, bodyBytes: 20 })]],
])('%s is inconclusive', (_, events) => {
  expect(say(...events)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: 'The service gave no error answer that could be read.',
  })
})
