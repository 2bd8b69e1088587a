import { expect, test } from 'vitest'
import { canarySettings } from '../../../src/trial/history/canaries.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import SEC_01 from '../../../src/trial/trials/SEC-01.ts'
import { judge, makeLifetime, makeRequest, makeSpan, SENDER } from '../samples.ts'

const TOKEN = 'abcdefghij0123456789'
const COOKIE = 'klmnopqrst9876543210'
const SETTINGS = canarySettings({ authorization: TOKEN, cookie: COOKIE, 'env:DATABASE_URL': 'zyxwvutsrq0123456789' })
const CARRIER = makeRequest({ id: 1, at: 100, load: 'canary', path: `/?token=${TOKEN}`, body: `you said ${TOKEN}` })
const LINE: HistoryEvent = { kind: 'output', at: 200, stream: 'stdout', line: 'GET / 200' }

const say = (...events: readonly HistoryEvent[]) =>
  judge(SEC_01, [makeLifetime(events, { voyage: 'underway', settings: SETTINGS })])

const SPAN = { traceId: 'a'.repeat(32), endedAt: 150, name: 'GET /', at: 300 }
const LOG: Extract<HistoryEvent, { kind: 'log' }> = {
  kind: 'log',
  at: 300,
  madeAt: 250,
  sender: SENDER,
  body: 'ok',
  severityNumber: 9,
  traceId: '',
  spanId: '',
  attributes: {},
}
const METRIC: HistoryEvent = {
  kind: 'metric',
  at: 300,
  madeAt: 250,
  startedAt: 0,
  sender: SENDER,
  name: 'http.requests',
  unit: '1',
  type: 'sum',
  isCumulative: true,
  attributes: { 'http.route': `/${TOKEN}` },
}
const PROBE: HistoryEvent = {
  kind: 'probe',
  at: 300,
  startedAt: 290,
  probe: 'ready',
  path: '/readyz',
  port: 8080,
  isSuccess: false,
  body: `can not log in with ${TOKEN}`,
}

test('no token anywhere passes, with what was searched', () => {
  expect(say(CARRIER, LINE, makeSpan(SPAN), LOG)).toMatchObject({
    outcome: 'PASS',
    says: expect.stringMatching(/^None of the tokens is in any of \d+ texts/),
  })
})

test.each<[string, HistoryEvent]>([
  ['stdout', { ...LINE, line: `auth: ${TOKEN}` }],
  [
    'stdout, field req.headers.authorization',
    { ...LINE, line: JSON.stringify({ req: { headers: { authorization: TOKEN } } }) },
  ],
  ['name of a span', makeSpan({ ...SPAN, name: `GET /${TOKEN}` })],
  ['status of a span', makeSpan({ ...SPAN, statusMessage: TOKEN })],
  ['attribute url.query of a span', makeSpan({ ...SPAN, attributes: { 'url.query': `token=${TOKEN}` } })],
  [
    "attribute exception.message of a span's event",
    makeSpan({ ...SPAN, events: [{ name: 'exception', attributes: { 'exception.message': TOKEN } }] }),
  ],
  ['name of an attribute of a span', makeSpan({ ...SPAN, attributes: { [TOKEN]: 1 } })],
  [
    'resource attribute process.command_args',
    makeSpan({ ...SPAN, sender: { ...SENDER, resource: { 'process.command_args': `--key ${TOKEN}` } } }),
  ],
  ['body of a log record', { ...LOG, body: `said ${TOKEN}` }],
  ['attribute header of a log record', { ...LOG, attributes: { header: TOKEN } }],
  ['attribute http.route of the metric http.requests', METRIC],
  ['body of an answer with 400', makeRequest({ id: 2, at: 300, status: 400, body: `bad token ${TOKEN}` })],
  ['body of the probe /readyz', PROBE],
  ['command line of a process', { kind: 'process-seen', at: 300, pid: 2, parentPid: 1, command: `worker ${TOKEN}` }],
])('a token in the %s fails, with the place and not with the token', (place, event) => {
  const verdict = say(CARRIER, LINE, event)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.evidence[0]?.says).toBe(`The Authorization header is in: ${place} (as it is, once).`)
  expect(JSON.stringify(verdict)).not.toContain(TOKEN)
})

test('what stands around a token is never shown', () => {
  const verdict = say(CARRIER, { ...LINE, line: `password=hunter2 auth=${TOKEN}` })
  expect(verdict.outcome).toBe('FAIL')
  expect(JSON.stringify(verdict)).not.toContain('hunter2')
})

test('the same place is told once, with how often, and each secret by its name', () => {
  const line = { ...LINE, line: `${TOKEN} ${COOKIE} zyxwvutsrq0123456789` } as HistoryEvent
  const verdict = say(CARRIER, line, line)
  expect(verdict.evidence.map(({ says }) => says)).toEqual([
    'The Authorization header is in: stdout (as it is, twice).'.replace('twice', '2 times'),
    'The Cookie header is in: stdout (as it is, 2 times).',
    'The password in the variable DATABASE_URL is in: stdout (as it is, 2 times).',
  ])
  expect(verdict.says).toContain('and in 2 more places')
})

test('an answer that is no error may hold what was sent', () => {
  expect(say(CARRIER, LINE).outcome).toBe('PASS')
})

test.each<[string, readonly HistoryEvent[], string]>([
  [
    'no request with a token was answered',
    [LINE, { ...CARRIER, outcome: 'refused' }],
    'No request with a token was answered.',
  ],
  ['other requests were', [LINE, makeRequest({ id: 3, at: 100 })], 'No request with a token was answered.'],
  ['the service says nothing', [CARRIER], 'The service wrote and exported nothing, so there was nothing to search.'],
])('nobody can tell when %s', (_what, events, says) => {
  expect(say(...events)).toMatchObject({ outcome: 'INCONCLUSIVE', says })
})

test('without tokens, or a history, nobody can tell', () => {
  expect(judge(SEC_01, [makeLifetime([CARRIER, LINE], { voyage: 'underway' })]).says).toBe(
    'No secrets were given to the service.',
  )
  expect(judge(SEC_01, []).outcome).toBe('INCONCLUSIVE')
})

test('lines that were not kept are said', () => {
  expect(say(CARRIER, { ...LINE, droppedLines: 7 }).notes).toEqual([
    '7 lines of output were too many to be kept, and not searched.',
  ])
})
