import { expect, test } from 'vitest'
import { endedEvent, startedEvent, verdictEvent, voyageEvent } from '../../../src/trial/output/json-events.ts'
import { safeJson } from '../../../src/trial/output/safe-text.ts'
import { HOSTILE, makeReport } from './report-samples.ts'

const REPORT = makeReport()

test('the first event says its schema and how the run can be done again', () => {
  const { judged, unjudged, sailed, tookMs, isInterrupted, ...settings } = REPORT
  expect(startedEvent(settings)).toMatchObject({
    event: 'started',
    schema: 'seaworthy.trial/1',
    version: '1.2.3',
    seed: 42,
    pace: 'default',
    facts: { command: ['node', 'server.js'] },
  })
  expect([judged, unjudged, sailed, tookMs, isInterrupted]).toHaveLength(5)
})

test('a verdict holds everything that was found, and a failure what mends it', () => {
  const [passed, failed] = REPORT.judged.map((each) => JSON.parse(safeJson(verdictEvent(each))) as object)
  expect(passed).toMatchInlineSnapshot(`
    {
      "attempt": 1,
      "claim": "What is claimed holds.",
      "event": "verdict",
      "evidence": [],
      "figures": [],
      "id": "START-01",
      "lifetimes": [
        0,
      ],
      "notes": [],
      "outcome": "PASS",
      "principles": [
        "P1",
      ],
      "says": "212 requests after ready, 0 failed: at most 1.4 % (95 %)",
      "slug": "ready-means-ready",
    }
  `)
  expect(failed).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ seen: { lifetime: 0, requests: [311, 312] } }, {}, {}, {}],
    figures: [{ name: 'lostCount', value: 12 }],
    remedy: { feature: 'drain of createService()', rules: ['SW203'] },
  })
  expect(passed).not.toHaveProperty('remedy')
})

test('a voyage says which lifetimes evidence points at', () => {
  expect(REPORT.sailed.map((each) => JSON.parse(safeJson(voyageEvent(each))))).toMatchInlineSnapshot(`
    [
      {
        "attempt": 1,
        "event": "voyage",
        "id": "stop-under-load",
        "isWhole": true,
        "lifetimes": [
          {
            "id": 0,
            "label": "cycle 1",
            "settings": {},
            "startedAtUnixMs": 1700000000000,
          },
        ],
        "tookMs": 20000,
      },
    ]
  `)
})

test('the last event counts, and says what the process exits with', () => {
  expect(endedEvent(REPORT, 3)).toMatchInlineSnapshot(`
    {
      "event": "ended",
      "exitCode": 3,
      "harnessErrors": [
        {
          "lines": [
            "at judge (SEC-01.ts:1:1)",
          ],
          "says": "The judge of SEC-01 failed: no such field",
          "where": "judge",
        },
      ],
      "isInterrupted": false,
      "outcomes": {
        "FAIL": 1,
        "INCONCLUSIVE": 2,
        "PASS": 2,
        "SKIP": 2,
      },
      "seed": 42,
      "tookMs": 221400,
      "unjudged": [],
    }
  `)
})

test('JSON is one line of text that no terminal acts upon, and reads back as it was', () => {
  const text = safeJson({ line: HOSTILE })
  // oxlint-disable-next-line no-control-regex -- that is what must not be there
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(JSON.parse(text)).toEqual({ line: HOSTILE })
})
