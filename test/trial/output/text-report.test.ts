import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { makePaint } from '../../../src/trial/output/paint.ts'
import { renderReport } from '../../../src/trial/output/text-report.ts'
import { widthOf } from '../../../src/trial/output/text-width.ts'
import { makeReport } from './report-samples.ts'

const PLAIN = { paint: makePaint(false) }

test('a run ends with its verdicts by area, what was not shown, and last every failure with what mends it, and the sum', () => {
  expect(renderReport(makeReport(), PLAIN).join('\n')).toMatchInlineSnapshot(`
    "Start
      ✓ PASS          START-01  ready-means-ready              212 requests after ready, 0 failed: at most 1.4 % (95 %)

    Stop
      ✗ FAIL          STOP-01   zero-failed-requests           12 of 412 requests failed after SIGTERM
      ✓ PASS          STOP-06   exits-in-time                  It exits with 0 after 1.2 s

    Telemetry
      ? INCONCLUSIVE  TEL-02    not-blocked-by-slow-collector

    Secrecy
      ? INCONCLUSIVE  SEC-01    secrets-are-not-logged

    Not shown
      – STOP-05, STOP-15: no WebSocket path is known; declare one with --ws

    Worth knowing
      ! It listens on 127.0.0.1 only: in a pod nobody reaches it
      ! STOP-06: 28.8 s of 30 s are left

    Could not tell
      ? TEL-02 not-blocked-by-slow-collector: The slow collector served 2 exports, and 3 are needed
      ? SEC-01 secrets-are-not-logged: The harness failed, and this is no finding about the service: The judge of SEC-01 failed: no such field

    ✗ FAIL  STOP-01 zero-failed-requests
      claim  No request is lost while the service stops.
      but    12 of 412 requests failed after SIGTERM
      •      A new connection was refused 18 ms after the signal
               stop-under-load, cycle 1, 1.204 s to 1.222 s, requests 311, 312
             │ Error: closed
             │     at red·[31m ·bell ·c1 ·turned <b>&"']]>
      •      A kept connection died under a request
               stop-under-load, cycle 1, 1.230 s
      •      Another one did
             and 1 more counter-example, in --html and --json
      mend   Go on accepting for as long as the load balancer sends, and say \`Connection: close\` meanwhile.
      with   drain of createService() · docs/guide/drain.md
      check  seaworthy check sees it: SW203

    Failures of the harness
      ! The judge of SEC-01 failed: no such field
        at judge (SEC-01.ts:1:1)

    2 passed · 1 failed · 2 inconclusive · 2 skipped   3m41s, 1 voyage, 1 start of the service, seed 42"
  `)
})

test('in 80 columns no line is longer, and nothing but the ends of sentences in the table is lost', () => {
  const lines = renderReport(makeReport(), { ...PLAIN, columns: 80 })
  for (const line of lines.slice(0, -1)) expect(widthOf(line), line).toBeLessThanOrEqual(80)
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "Start
      ✓ PASS          START-01  ready-means-ready              212 requests after r…

    Stop
      ✗ FAIL          STOP-01   zero-failed-requests           12 of 412 requests f…
      ✓ PASS          STOP-06   exits-in-time                  It exits with 0 afte…

    Telemetry
      ? INCONCLUSIVE  TEL-02    not-blocked-by-slow-collector

    Secrecy
      ? INCONCLUSIVE  SEC-01    secrets-are-not-logged

    Not shown
      – STOP-05, STOP-15: no WebSocket path is known; declare one with --ws

    Worth knowing
      ! It listens on 127.0.0.1 only: in a pod nobody reaches it
      ! STOP-06: 28.8 s of 30 s are left

    Could not tell
      ? TEL-02 not-blocked-by-slow-collector: The slow collector served 2 exports,
        and 3 are needed
      ? SEC-01 secrets-are-not-logged: The harness failed, and this is no finding
        about the service: The judge of SEC-01 failed: no such field

    ✗ FAIL  STOP-01 zero-failed-requests
      claim  No request is lost while the service stops.
      but    12 of 412 requests failed after SIGTERM
      •      A new connection was refused 18 ms after the signal
               stop-under-load, cycle 1, 1.204 s to 1.222 s, requests 311, 312
             │ Error: closed
             │     at red·[31m ·bell ·c1 ·turned <b>&"']]>
      •      A kept connection died under a request
               stop-under-load, cycle 1, 1.230 s
      •      Another one did
             and 1 more counter-example, in --html and --json
      mend   Go on accepting for as long as the load balancer sends, and say
             \`Connection: close\` meanwhile.
      with   drain of createService() · docs/guide/drain.md
      check  seaworthy check sees it: SW203

    Failures of the harness
      ! The judge of SEC-01 failed: no such field
        at judge (SEC-01.ts:1:1)

    2 passed · 1 failed · 2 inconclusive · 2 skipped   3m41s, 1 voyage, 1 start of the service, seed 42"
  `)
})

test('colour changes nothing of the text', () => {
  const coloured = renderReport(makeReport(), { paint: makePaint(true) }).join('\n')
  expect(coloured).toContain('\u001B[31m')
  expect(stripVTControlCharacters(coloured)).toBe(renderReport(makeReport(), PLAIN).join('\n'))
})

test('nothing that the service wrote reaches the terminal as a command', () => {
  const text = renderReport(makeReport(), PLAIN).join('')
  expect(text).toContain('red·[31m ·bell ·c1 ·turned')
  // oxlint-disable-next-line no-control-regex -- that is what must not be there
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
})

test('a run that was given up says so, and how much is missing', () => {
  const { judged } = makeReport()
  const report = makeReport({
    isInterrupted: true,
    judged: judged.slice(0, 1),
    unjudged: judged.slice(1).map(({ trial }) => trial),
  })
  expect(renderReport(report, PLAIN).slice(-2)).toMatchInlineSnapshot(`
    [
      "Given up before its end: 6 trials not judged",
      "1 passed · 0 failed · 0 inconclusive · 0 skipped   3m41s, 1 voyage, 1 start of the service, seed 42",
    ]
  `)
})

test('the names of several failures stand above the sum, within the columns, below what else could be looked at', () => {
  const { judged } = makeReport()
  const failed = judged.filter(({ verdict }) => verdict.outcome === 'FAIL')
  const report = makeReport({ judged: [...failed, ...failed, ...failed] })
  expect(renderReport(report, { ...PLAIN, columns: 60 }, 'There is a page').slice(-4)).toMatchInlineSnapshot(`
    [
      "There is a page",
      "Failed: STOP-01 zero-failed-requests, STOP-01",
      "zero-failed-requests, STOP-01 zero-failed-requests",
      "0 passed · 3 failed · 0 inconclusive · 0 skipped   3m41s, 1 voyage, 1 start of the service, seed 42",
    ]
  `)
})

test('a skip is told once, with its reason, and in no row of the table', () => {
  const text = renderReport(makeReport(), PLAIN).join('\n')
  expect(text.match(/STOP-15/g)).toHaveLength(1)
  expect(text.match(/no WebSocket path is known/g)).toHaveLength(1)
})
