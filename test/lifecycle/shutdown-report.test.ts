import { describe, expect, test } from 'vitest'
import { SeaworthyError } from '../../src/core/seaworthy-error.ts'
import { toReportFields } from '../../src/lifecycle/report-fields.ts'
import {
  describeReason,
  laggards,
  messageOf,
  type ShutdownReason,
  type ShutdownReport,
  summarise,
} from '../../src/lifecycle/shutdown-report.ts'

const clean: ShutdownReport = {
  reason: { kind: 'signal', signal: 'SIGTERM' },
  phases: [
    { phase: 'announce', tookMs: 0, hooks: [{ name: 'api', outcome: 'done', tookMs: 0 }] },
    { phase: 'drain', tookMs: 5000.4, hooks: [] },
    { phase: 'finish', tookMs: 312.2, hooks: [{ name: 'api', outcome: 'done', tookMs: 312 }] },
    { phase: 'stop', tookMs: 40, hooks: [{ name: 'db', outcome: 'done', tookMs: 40 }] },
    { phase: 'flush', tookMs: 120, hooks: [] },
  ],
  aborted: [],
  flushes: { telemetry: { complete: true, details: { spans: 12 } } },
  figures: { api: { answered: 40, answeredInDrain: 3, cut: 0, refused: 0 } },
  tookMs: 5472.6,
  clean: true,
}

const troubled: ShutdownReport = {
  reason: { kind: 'fatal', component: 'api', error: new Error('EADDRINUSE') },
  phases: [
    { phase: 'announce', tookMs: 0, hooks: [] },
    { phase: 'drain', tookMs: 0, hooks: [] },
    { phase: 'finish', tookMs: 10_000, hooks: [{ name: 'api', outcome: 'timed-out', tookMs: 10_000 }] },
    {
      phase: 'stop',
      tookMs: 2000,
      hooks: [
        { name: 'cache', outcome: 'done', tookMs: 3 },
        { name: 'db', outcome: 'failed', tookMs: 12, error: new Error('connection lost') },
        { name: 'queue', outcome: 'timed-out', tookMs: 2000 },
      ],
    },
    { phase: 'flush', tookMs: 4000, hooks: [] },
  ],
  aborted: ['api: GET /orders after 10s'],
  flushes: {
    telemetry: { complete: false, details: { traces: { created: 9, delivered: 2 }, problem: 'no collector' } },
  },
  figures: { api: { answered: 40, cut: 1, refused: 2 }, queue: { jobs: 5, abandoned: 2 }, jobs: { abandoned: 1 } },
  tookMs: 16_012,
  clean: false,
}

describe('one line for people', () => {
  test('a clean shutdown', () => {
    expect(summarise(clean)).toMatchInlineSnapshot(`"stopped in 5.47s (SIGTERM): everything ended by itself"`)
  })

  test('what waits on disk for the next process is said, and is no trouble', () => {
    const telemetry = { complete: true, kept: '512 items spooled for the next process', details: {} }
    const report = { ...clean, flushes: { telemetry } }
    expect(summarise(report)).toBe(
      'stopped in 5.47s (SIGTERM): everything ended by itself, 512 items spooled for the next process',
    )
    expect(toReportFields(report)).toMatchObject({ flush: { telemetry: { complete: true, kept: telemetry.kept } } })
  })

  test('one with everything that can go wrong', () => {
    expect(summarise(troubled)).toMatchInlineSnapshot(
      `"stopped in 16s ("api" failed: EADDRINUSE): api did not finish within 10s, db failed after 12ms, queue did not stop within 2s, aborted api: GET /orders after 10s, telemetry not delivered completely"`,
    )
  })

  test.each<[ShutdownReason, string]>([
    [
      { kind: 'failed-start', error: new Error('no db') },
      '(the start failed: no db): what had started was stopped again',
    ],
    [
      { kind: 'fatal', component: 'outbox', error: new Error('no db') },
      '("outbox" failed: no db): everything else ended by itself',
    ],
    [{ kind: 'uncaught', error: new Error('no db') }, '(uncaught exception: no db): everything else ended by itself'],
  ])('a shutdown that nobody asked for does not sound as if all were well: %j', (reason, text) => {
    expect(summarise({ ...clean, reason, clean: false })).toBe(`stopped in 5.47s ${text}`)
  })

  test.each([
    [{ api: { requests: 9, interrupted: 1 } }, 'everything ended in time, 1 request was interrupted'],
    [{ mails: { jobs: 7, interrupted: 2 } }, 'everything ended in time, 2 jobs were interrupted'],
    [
      {
        api: { requests: 9, interrupted: 2 },
        admin: { requests: 1, interrupted: 1 },
        mails: { jobs: 7, interrupted: 0 },
        background: { jobs: 3, interrupted: 1 },
      },
      'everything ended in time, 3 requests were interrupted and 1 job was interrupted',
    ],
    [{ api: { requests: 9, interrupted: 0 } }, 'everything ended by itself'],
  ])('what was interrupted did not end by itself, and is told: %j', (figures, text) => {
    expect(summarise({ ...clean, figures })).toBe(`stopped in 5.47s (SIGTERM): ${text}`)
  })

  test('what to do about the failure that began it is at the end of the line, and in the fields', () => {
    const error = new SeaworthyError('SEA_LISTENER_SILENT', 'nothing listens', { hint: 'Call listen() before.' })
    const failed = { ...clean, reason: { kind: 'failed-start', error } as const, clean: false }
    expect(summarise(failed)).toBe(
      'stopped in 5.47s (the start failed: nothing listens): what had started was stopped again. Call listen() before.',
    )
    expect(toReportFields(failed)).toMatchObject({ error: 'nothing listens', hint: 'Call listen() before.' })
  })

  test('what was interrupted is told beside what was cut, and when nobody asked for the end', () => {
    const figures = { api: { requests: 9, cut: 1, interrupted: 1 } }
    expect(summarise({ ...clean, figures, aborted: ['api: GET / after 10s'], clean: false })).toBe(
      'stopped in 5.47s (SIGTERM): aborted api: GET / after 10s, 1 request was interrupted',
    )
    const reason = { kind: 'fatal', component: 'db', error: new Error('gone') } as const
    expect(summarise({ ...clean, figures, reason, clean: false })).toBe(
      'stopped in 5.47s ("db" failed: gone): everything else ended in time, 1 request was interrupted',
    )
  })

  test('lost telemetry is told even when all else was clean', () => {
    expect(summarise({ ...clean, flushes: troubled.flushes })).toMatchInlineSnapshot(
      `"stopped in 5.47s (SIGTERM): telemetry not delivered completely"`,
    )
  })
})

test('what failed besides while the shutdown ran is in the line and in the fields', () => {
  const crashed = { ...clean, failures: ['uncaught exception: db crashed'], clean: false }
  expect(summarise(crashed)).toBe('stopped in 5.47s (SIGTERM): uncaught exception: db crashed')
  expect(toReportFields(crashed)).toMatchObject({ failures: ['uncaught exception: db crashed'] })
  expect(toReportFields(clean)).not.toHaveProperty('failures')
})

describe('as fields', () => {
  test('a clean shutdown', () => {
    expect(toReportFields(clean)).toMatchInlineSnapshot(`
      {
        "aborted": [],
        "clean": true,
        "counts": {
          "aborted": 0,
          "answeredInDrain": 3,
          "interrupted": 0,
          "lostTelemetry": 0,
          "refused": 0,
        },
        "exitCode": 0,
        "figures": {
          "api": {
            "answered": 40,
            "answeredInDrain": 3,
            "cut": 0,
            "refused": 0,
          },
        },
        "flush": {
          "telemetry": {
            "complete": true,
            "spans": 12,
          },
        },
        "laggards": [],
        "phases": {
          "announce": 0,
          "drain": 5000,
          "finish": 312,
          "flush": 120,
          "stop": 40,
        },
        "reason": "SIGTERM",
        "tookMs": 5473,
      }
    `)
  })

  test('one with everything that can go wrong', () => {
    expect(toReportFields(troubled)).toMatchInlineSnapshot(`
      {
        "aborted": [
          "api: GET /orders after 10s",
        ],
        "clean": false,
        "counts": {
          "aborted": 4,
          "interrupted": 0,
          "lostTelemetry": 7,
          "refused": 2,
        },
        "error": "EADDRINUSE",
        "exitCode": 1,
        "figures": {
          "api": {
            "answered": 40,
            "cut": 1,
            "refused": 2,
          },
          "jobs": {
            "abandoned": 1,
          },
          "queue": {
            "abandoned": 2,
            "jobs": 5,
          },
        },
        "flush": {
          "telemetry": {
            "complete": false,
            "problem": "no collector",
            "traces": {
              "created": 9,
              "delivered": 2,
            },
          },
        },
        "laggards": [
          {
            "name": "api",
            "outcome": "timed-out",
            "phase": "finish",
            "tookMs": 10000,
          },
          {
            "message": "connection lost",
            "name": "db",
            "outcome": "failed",
            "phase": "stop",
            "tookMs": 12,
          },
          {
            "name": "queue",
            "outcome": "timed-out",
            "phase": "stop",
            "tookMs": 2000,
          },
        ],
        "phases": {
          "announce": 0,
          "drain": 0,
          "finish": 10000,
          "flush": 4000,
          "stop": 2000,
        },
        "reason": ""api" failed",
        "tookMs": 16012,
      }
    `)
  })

  test('what matters most comes first, because the end is what a limit cuts off', () => {
    expect(Object.keys(toReportFields(troubled))).toEqual([
      'exitCode',
      'reason',
      'error',
      'clean',
      'tookMs',
      'laggards',
      'aborted',
      'counts',
      'phases',
      'flush',
      'figures',
    ])
  })

  test('the fields survive JSON as they are: texts and numbers, errors by message', () => {
    const fields = toReportFields(troubled)
    expect(JSON.parse(JSON.stringify(fields))).toEqual(fields)
  })
})

test('the laggards are the hooks that threw or did not end, with their phase, in order', () => {
  expect(laggards(troubled).map(({ name, phase, outcome }) => `${phase} ${name} ${outcome}`)).toEqual([
    'finish api timed-out',
    'stop db failed',
    'stop queue timed-out',
  ])
  expect(laggards(clean)).toEqual([])
})

test.each<[ShutdownReason, string]>([
  [{ kind: 'signal', signal: 'SIGINT' }, 'SIGINT'],
  [{ kind: 'requested' }, 'requested'],
  [{ kind: 'failed-start', error: new Error('x') }, 'the start failed'],
  [{ kind: 'fatal', component: 'outbox', error: new Error('x') }, '"outbox" failed'],
  [{ kind: 'uncaught', error: new Error('x') }, 'uncaught exception'],
])('the reason %j reads %s', (reason, text) => {
  expect(describeReason(reason)).toBe(text)
})

describe('the message of what was thrown', () => {
  test.each([
    ['an error', new RangeError('too far'), 'too far'],
    ['a text', 'plain text', 'plain text'],
    ['nothing', undefined, 'undefined'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an error without a message', new RangeError(), 'RangeError'],
    [
      'a connection refused at every address, as Node reports it',
      new AggregateError([
        new Error('connect ECONNREFUSED ::1:5432'),
        new Error('connect ECONNREFUSED 127.0.0.1:5432'),
      ]),
      'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
    ],
    ['several failures that are summed up', new AggregateError([new Error('a')], 'two of three'), 'two of three'],
  ])('%s', (_what, thrown, message) => {
    expect(messageOf(thrown)).toBe(message)
  })

  test.each([
    ['an object without a prototype', Object.create(null) as unknown],
    [
      'an object whose toString throws',
      {
        toString() {
          throw new Error('no')
        },
      },
    ],
    [
      'an error whose message throws',
      Object.defineProperty(new Error(), 'message', {
        get() {
          throw new Error('no')
        },
      }),
    ],
    ['an error whose message is no text', Object.defineProperty(new Error(), 'message', { value: { a: 1 } })],
  ])('%s has none, and asking for it does no harm', (_what, thrown) => {
    expect(messageOf(thrown)).toBeTypeOf('string')
  })
})
