import { expect, test } from 'vitest'
import { renderJunit } from '../../../src/trial/output/junit.ts'
import { fail } from '../../../src/trial/verdict/make-verdict.ts'
import { HOSTILE, judged, makeReport } from './report-samples.ts'
import { type Element, parseXml } from './well-formed-xml.ts'

/** `STOP-01 zero-failed-requests: failure`. */
function kinds(root: Element): readonly string[] {
  return root.children.flatMap((suite) =>
    suite.children
      .filter(({ name }) => name === 'testcase')
      .map(({ attributes, children }) => `${attributes['name']}: ${children[0]?.name ?? 'passed'}`),
  )
}

test('each area is a suite, each trial a case, and the counts are those of the cases', () => {
  const root = parseXml(renderJunit(makeReport(), false))
  expect(kinds(root)).toMatchInlineSnapshot(`
    [
      "START-01 ready-means-ready: passed",
      "STOP-01 zero-failed-requests: failure",
      "STOP-05 sockets-are-closed: skipped",
      "STOP-06 exits-in-time: passed",
      "STOP-15 more-sockets: skipped",
      "TEL-02 not-blocked-by-slow-collector: skipped",
      "SEC-01 secrets-are-not-logged: error",
    ]
  `)
  expect(root.attributes).toMatchInlineSnapshot(`
    {
      "errors": "1",
      "failures": "1",
      "name": "seaworthy trial",
      "skipped": "3",
      "tests": "7",
      "time": "221.400",
    }
  `)
  expect(root.children.map(({ attributes }) => attributes)).toMatchInlineSnapshot(`
    [
      {
        "errors": "0",
        "failures": "0",
        "name": "seaworthy trial: Start",
        "skipped": "0",
        "tests": "1",
        "timestamp": "2026-11-23T12:00:00",
      },
      {
        "errors": "0",
        "failures": "1",
        "name": "seaworthy trial: Stop",
        "skipped": "2",
        "tests": "4",
        "timestamp": "2026-11-23T12:00:00",
      },
      {
        "errors": "0",
        "failures": "0",
        "name": "seaworthy trial: Telemetry",
        "skipped": "1",
        "tests": "1",
        "timestamp": "2026-11-23T12:00:00",
      },
      {
        "errors": "1",
        "failures": "0",
        "name": "seaworthy trial: Secrecy",
        "skipped": "0",
        "tests": "1",
        "timestamp": "2026-11-23T12:00:00",
      },
    ]
  `)
})

test('inconclusive is skipped with its reason, and an error under --strict; the harness is always one', () => {
  const strict = parseXml(renderJunit(makeReport(), true))
  expect(kinds(strict)).toContain('TEL-02 not-blocked-by-slow-collector: error')
  expect(kinds(strict)).toContain('SEC-01 secrets-are-not-logged: error')
  expect(kinds(strict)).toContain('STOP-05 sockets-are-closed: skipped')
  expect(strict.attributes).toMatchObject({ errors: '2', skipped: '2', failures: '1' })
})

test('a failure holds the claim, the first counter-examples with their place, and what mends it', () => {
  const [, stop] = parseXml(renderJunit(makeReport(), false)).children
  const failure = stop?.children.find(({ attributes }) => attributes['name']?.startsWith('STOP-01'))?.children[0]
  expect(failure?.attributes['message']).toBe('FAIL: 12 of 412 requests failed after SIGTERM')
  expect(failure?.text).toMatchInlineSnapshot(`
    "claim: No request is lost while the service stops.
    - A new connection was refused 18 ms after the signal (stop-under-load, cycle 1, 1.204 s to 1.222 s, requests 311, 312)
        Error: closed
            at red·[31m ·bell ·c1 ·turned <b>&"']]>
    - A kept connection died under a request (stop-under-load, cycle 1, 1.230 s)
    - Another one did
    mend: Go on accepting for as long as the load balancer sends, and say \`Connection: close\` meanwhile.
    with: drain of createService()"
  `)
})

test('whatever the service wrote, the file is well-formed', () => {
  const says = `${HOSTILE} \uFFFE \uFFFF \uD800 lone`
  const report = makeReport({ judged: [judged({ id: 'A-01' }, fail(says, { evidence: [{ says, lines: [says] }] }))] })
  const message = parseXml(renderJunit(report, false)).children[0]?.children[1]?.children[0]?.attributes['message']
  expect(message).toBe('FAIL: red·[31m ·bell ·c1 ·turned <b>&"\']]> · · \uFFFD lone')
})
