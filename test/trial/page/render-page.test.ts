import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { PageData } from '../../../src/trial/page/page-data.ts'
import { renderPage } from '../../../src/trial/page/render-page.ts'
import { fail, skip } from '../../../src/trial/verdict/make-verdict.ts'
import { HOSTILE, judged, makeReport } from '../output/report-samples.ts'
import { makeLifetime, makeRequest, makeSpan } from '../samples.ts'

/** What the script of a page finds in it. */
function embedded(page: string): PageData {
  const packed = /id="data">([^<]*)</.exec(page)?.[1] ?? ''
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as PageData
}

const TRACE = '0af7651916cd43dd8448eb211c80319c'

test('a page says what was tried, how it went and what mends it', () => {
  const page = renderPage(makeReport())
  for (const words of [
    'node server.js',
    'seed 42',
    '2026-11-23 12:00:00 UTC',
    'STOP-01',
    'No request is lost while the service stops.',
    '12 of 412 requests failed after SIGTERM',
    'node_modules/seaworthy/docs/guide/drain.md',
    'seaworthy trial --explain STOP-01',
    'SW203',
    'It listens on 127.0.0.1 only',
    'lostCount',
  ])
    expect(page).toContain(words)
})

test('a page says where the time went: every voyage, the longest first, with what it was for', () => {
  const leg = (voyage: string, tookMs: number, changes = {}) => ({
    voyage,
    attempt: 1,
    lifetimes: [],
    tookMs,
    isWhole: true,
    ...changes,
  })
  const page = renderPage(
    makeReport({
      judged: [judged({ id: 'STOP-01', voyages: ['stop'] }, fail('Lost', { evidence: [{ says: 'this' }] }))],
      sailed: [leg('short', 900), leg('stop', 61_000), leg('cut', 100, { attempt: 2, isWhole: false })],
    }),
  )
  const [, table = ''] = page.split('Where the time went')
  const rows = [
    ...table.matchAll(/<th scope="row">([^<]*)<\/th>\s*<td>([^<]*)<\/td>\s*<td>(\d+)<\/td>\s*<td>([^<]*)</g),
  ]
  expect(rows.slice(0, 3).map(([, ...cells]) => cells)).toEqual([
    ['stop', '1m1s', '0', 'STOP-01'],
    ['short', '900ms', '0', ''],
    ['cut, again because of noise, given up', '100ms', '0', ''],
  ])
})

test('each fact that was seen somewhere links to a lifetime and requests that are in the page', () => {
  const lifetime = makeLifetime([makeRequest({ id: 311, at: 1210 }), makeRequest({ id: 312, at: 1220 })], {
    voyage: 'stop-under-load',
    id: 7,
  })
  const seen = { lifetime: 7, from: 1204.254, to: 1222.25, requests: [311, 312] }
  const verdict = fail('Lost', {
    evidence: [
      { says: 'two', seen },
      { says: 'nowhere', seen: { lifetime: 99, from: 1 } },
    ],
  })
  const page = renderPage(
    makeReport({
      judged: [judged({ id: 'STOP-01' }, verdict)],
      sailed: [{ voyage: 'stop-under-load', attempt: 1, lifetimes: [lifetime], tookMs: 1, isWhole: true }],
    }),
  )
  const links = [...page.matchAll(/href="#(seen=[^"]*)"/g)].map(([, link]) => link)
  expect(links).toEqual(['seen=7,1204.25,1222.25,311+312'])
  const [shown] = embedded(page).lifetimes
  expect(shown?.id).toBe(7)
  expect(shown?.requests.id).toEqual([311, 312])
})

test('what is embedded is what was written down: requests, spans of their traces, lanes', () => {
  const lifetime = makeLifetime(
    [
      { kind: 'spawned', at: 0, pid: 7, command: 'node', isPid1: false },
      { kind: 'listening', at: 50, what: 'opened', port: 8080, host: '::', pid: 7, resolutionMs: 10 },
      makeRequest({ id: 1, at: 220, startedAt: 200, outcome: 'reset-reused', errorCode: 'ECONNRESET' }),
      makeRequest({ id: 0, at: 110, trace: { traceId: TRACE, spanId: 'b7ad6b7169203331', isSampled: true } }),
      makeSpan({ traceId: TRACE, endedAt: 109 }),
      makeSpan({ traceId: 'f'.repeat(32), endedAt: 109 }),
      { kind: 'signal', at: 300, signal: 'SIGTERM', why: 'trial' },
      { kind: 'exited', at: 400, code: 0, signal: null },
      { kind: 'reading', at: 350, rssBytes: 1024, cpuMs: 1, openFileCount: 20, threadCount: 7, processCount: 1 },
    ],
    { voyage: 'stop-under-load', settings: { wireDelayMs: 25, 'canary.cookie': 'asecrettoken' } },
  )
  const data = embedded(
    renderPage(makeReport({ sailed: [{ voyage: 'x', attempt: 2, lifetimes: [lifetime], tookMs: 1, isWhole: true }] })),
  )
  const [shown] = data.lifetimes
  if (shown === undefined) throw new Error('no lifetime')
  const { requests, spans, lanes, readings } = shown
  expect(requests.startedAt).toEqual([100, 200])
  expect(requests.outcome.map((text) => data.texts[text])).toEqual(['answered with 200', 'reset-reused (ECONNRESET)'])
  expect(requests.kind).toEqual([0, 3])
  expect(requests.trace.map((text) => data.texts[text])).toEqual([TRACE, undefined])
  expect(spans.trace.map((text) => data.texts[text])).toEqual([TRACE])
  expect(lanes).toEqual([
    { name: 'process', items: [[0, 400, 'plain', 'process 7, ended with 0']] },
    { name: 'listener', items: [[50, 400, 'good', 'listens on :::8080']] },
    { name: 'signals', items: [[300, null, 'warn', 'SIGTERM, trial']] },
  ])
  expect(readings).toEqual({ at: [350], rssBytes: [1024], openFiles: [20] })
  expect(shown.settings).toEqual(['wireDelayMs 25'])
  expect(shown.attempt).toBe(2)
})

test('a run without a verdict and without a lifetime is a page that says so', () => {
  const page = renderPage(makeReport({ judged: [], sailed: [], unjudged: [], isInterrupted: true }))
  expect(page).toContain('No trial was judged.')
  expect(page).toContain('The service was not started: there is nothing to show.')
  expect(page).toContain('Given up before its end')
  expect(embedded(page)).toEqual({ texts: [], lifetimes: [] })
})

test('what was skipped is told once for each reason, with what to declare', () => {
  const why = 'Declare a slow route with --slow-path'
  const page = renderPage(
    makeReport({ judged: [judged({ id: 'STOP-02' }, skip(why)), judged({ id: 'STOP-04' }, skip(why))] }),
  )
  expect(page.split(why)).toHaveLength(2)
  expect(page).toMatch(/STOP-02[\s\S]*STOP-04/)
})

test('hostile text of a service is text', () => {
  const page = renderPage(makeReport({ judged: [judged({ id: 'STOP-01' }, fail(HOSTILE, { evidence: [] }))] }))
  expect(page).not.toContain('<b>&"')
  expect(page).toContain('&lt;b&gt;&amp;&quot;')
})

test('twenty thousand requests are a page of a few hundred kilobytes', () => {
  const requests = Array.from({ length: 20_000 }, (_, id) =>
    makeRequest({ id, at: id * 3.7 + 10, connection: id % 40 }),
  )
  const lifetime = makeLifetime(requests, { voyage: 'underway' })
  const page = renderPage(
    makeReport({ sailed: [{ voyage: 'underway', attempt: 1, lifetimes: [lifetime], tookMs: 1, isWhole: true }] }),
  )
  expect(page.length).toBeLessThan(1_000_000)
  expect(embedded(page).lifetimes[0]?.requests.id).toHaveLength(20_000)
})

test('of more requests than there is room for, none that failed is left out, and how many are is told', () => {
  const requests = Array.from({ length: 60_000 }, (_, id) =>
    makeRequest({ id, at: id + 10, outcome: id % 100 === 99 ? 'reset-reused' : 'answered' }),
  )
  const lifetime = makeLifetime(requests, { voyage: 'underway' })
  const page = renderPage(
    makeReport({ sailed: [{ voyage: 'underway', attempt: 1, lifetimes: [lifetime], tookMs: 1, isWhole: true }] }),
  )
  const [shown] = embedded(page).lifetimes
  expect(shown?.requests.kind.filter((kind) => kind === 3)).toHaveLength(600)
  expect(new Set(shown?.requests.id).size).toBe(50_000)
  expect(shown?.left).toEqual(['10000 requests'])
})
