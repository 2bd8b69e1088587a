import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { LiveView } from '../../../src/trial/output/live-view.ts'
import { makePaint } from '../../../src/trial/output/paint.ts'
import type { Leg } from '../../../src/trial/leg.ts'
import { planVoyages } from '../../../src/trial/plan.ts'
import { fail, pass } from '../../../src/trial/verdict/make-verdict.ts'
import { byId, makeTrial, makeVoyage } from '../run-samples.ts'
import { makeFacts } from '../samples.ts'
import { EmulatedTerminal } from './emulated-terminal.ts'
import { HOSTILE } from './report-samples.ts'

const TRIALS = [
  makeTrial({ id: 'START-01', slug: 'ready-means-ready', voyages: ['underway'] }),
  makeTrial({ id: 'STOP-01', slug: 'zero-failed-requests', voyages: ['stop'] }),
  makeTrial({ id: 'STOP-06', slug: 'exits-in-time', voyages: ['stop'] }),
]
const VOYAGES = byId(
  makeVoyage({ id: 'underway', title: 'under way', seconds: { quick: 8, default: 20 } }),
  makeVoyage({ id: 'stop', title: 'stop under load', seconds: { quick: 10, default: 24 } }),
)

function begin(columns = 80, rows = 24, trials = TRIALS, hasColour = false) {
  const terminal = new EmulatedTerminal(columns, rows)
  terminal.write('$ seaworthy trial\nSea trial of node server.js\n')
  const clock = new ManualClock()
  const view = new LiveView({ screen: terminal, clock, paint: makePaint(hasColour), trials })
  const plan = planVoyages({ trials, voyages: VOYAGES, facts: makeFacts(), pace: 'default' })
  const judge = (index: number, verdict: ReturnType<typeof pass>): void => {
    const trial = trials[index]
    if (trial !== undefined) view.judged({ trial, verdict, lifetimes: [], attempt: 1 })
  }
  return { terminal, clock, view, plan, judge, tick: () => clock.advance(200) }
}

function end(view: LiveView, leg: Leg | undefined): void {
  if (leg !== undefined)
    view.voyageEnded({ voyage: leg.voyage.id, attempt: 1, lifetimes: [], tookMs: 1, isWhole: true })
}

test('before the voyages it says that the service is looked at; then each trial has a line, and the voyage one', async () => {
  const { terminal, clock, view, plan, judge, tick } = begin()
  expect(terminal.text).toMatchInlineSnapshot(`
    "$ seaworthy trial
    Sea trial of node server.js
      · START-01  ready-means-ready
      · STOP-01   zero-failed-requests
      · STOP-06   exits-in-time

      looking at the service  0s
      0s  3 to go"
  `)
  await clock.advance(2000)
  view.planned(plan)
  const [first, second] = plan.legs
  if (first !== undefined) view.voyageBegan(first, 1)
  judge(0, pass('212 requests, 0 failed'))
  end(view, first)
  if (second !== undefined) view.voyageBegan(second, 1)
  view.said('SIGTERM, 14 requests in flight', second)
  judge(1, fail('12 of 412 requests failed', { evidence: [{ says: 'this one' }] }))
  await clock.advance(3000)
  await tick()
  expect(terminal.text).toMatchInlineSnapshot(`
    "$ seaworthy trial
    Sea trial of node server.js
      ✓ START-01  ready-means-ready     PASS  212 requests, 0 failed
      ✗ STOP-01   zero-failed-requests  FAIL  12 of 412 requests failed
      · STOP-06   exits-in-time

      voyage 2 of 2  under way  3s of about 21s: SIGTERM, 14 requests in flight
      5s of about 47s  1 passed · 1 failed · 1 to go"
  `)
})

test('voyages that sail at the same time have a line each, with what each of them does', async () => {
  const { terminal, view, plan, tick } = begin()
  view.planned(plan)
  for (const leg of plan.legs) {
    view.voyageBegan(leg, 1)
    view.said(`what ${leg.voyage.id} does`, leg)
  }
  await tick()
  expect(terminal.text).toContain('voyage 1 of 2  stop under load  0s of about 25s: what stop does')
  expect(terminal.text).toContain('voyage 2 of 2  under way  0s of about 21s: what underway does')
  end(view, plan.legs[0])
  await tick()
  expect(terminal.text).not.toContain('what stop does')
  expect(terminal.text).toContain('what underway does')
})

test('it is drawn in place: nothing is left of an earlier drawing, and nothing of it in the end', async () => {
  const { terminal, view, plan, judge, tick } = begin()
  const before = '$ seaworthy trial\nSea trial of node server.js'
  view.planned(plan)
  if (plan.legs[0] !== undefined) view.voyageBegan(plan.legs[0], 1)
  view.said('a long sentence about what goes on at the moment', plan.legs[0])
  await tick()
  view.said('short', plan.legs[0])
  judge(0, pass('fine'))
  await tick()
  expect(terminal.text).toContain('short')
  expect(terminal.text).not.toContain('long sentence')
  expect(terminal.text.startsWith(before)).toBe(true)
  expect(terminal.isCursorShown).toBe(false)
  view.end()
  view.end()
  expect(terminal.text).toBe(before)
  expect(terminal.isCursorShown).toBe(true)
  await tick()
  expect(terminal.text).toBe(before)
})

test('what is printed meanwhile stands above it, and stays', async () => {
  const { terminal, view, tick } = begin()
  view.printAbove(() => terminal.write('listens     127.0.0.1:8080\n'))
  await tick()
  expect(terminal.text.split('\n').slice(0, 4)).toEqual([
    '$ seaworthy trial',
    'Sea trial of node server.js',
    'listens     127.0.0.1:8080',
    '  · START-01  ready-means-ready',
  ])
})

test.each([
  [80, 40],
  [80, 23],
  [120, 30],
  [200, 61],
])('a terminal that goes from %i columns to %i keeps no trace of what it broke', async (from, to) => {
  const { terminal, view, plan, tick, judge } = begin(from, 24)
  view.planned(plan)
  if (plan.legs[0] !== undefined) view.voyageBegan(plan.legs[0], 1)
  view.said('x'.repeat(300), plan.legs[0])
  judge(1, pass('y'.repeat(300)))
  await tick()
  terminal.resize(to, 24)
  await tick()
  view.end()
  expect(terminal.text.replaceAll('\n', '')).toBe('$ seaworthy trialSea trial of node server.js')
})

test.each([20, 40, 80, 132])('in %i columns no line is broken', async (columns) => {
  const { terminal, view, plan, tick, judge } = begin(columns, 30, TRIALS, true)
  view.planned(plan)
  if (plan.legs[0] !== undefined) view.voyageBegan(plan.legs[0], 1)
  view.said('x'.repeat(300), plan.legs[0])
  judge(1, pass('汉字'.repeat(80)))
  await tick()
  view.end()
  expect(terminal.text.replaceAll('\n', '')).toBe('$ seaworthy trialSea trial of node server.js'.replaceAll('\n', ''))
})

test('when there are more trials than rows, failures and what is under way are shown, and the others are counted', async () => {
  const trials = Array.from({ length: 40 }, (_, index) =>
    makeTrial({ id: `STOP-${String(index).padStart(2, '0')}`, voyages: [index < 35 ? 'underway' : 'stop'] }),
  )
  const { terminal, view, plan, judge, tick } = begin(80, 12, trials)
  view.planned(plan)
  for (let index = 0; index < 34; index++)
    judge(index, index === 3 ? fail('lost', { evidence: [{ says: 'this' }] }) : pass('fine'))
  const leg = plan.legs.find(({ voyage }) => voyage.id === 'stop')
  if (leg !== undefined) view.voyageBegan(leg, 1)
  await tick()
  const lines = terminal.text.split('\n').slice(2)
  expect(lines.length).toBeLessThanOrEqual(11)
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "  ✗ STOP-03  slug-of-stop-03  FAIL  lost
      ✓ STOP-33  slug-of-stop-33  PASS  fine
      ▸ STOP-35  slug-of-stop-35
      ▸ STOP-36  slug-of-stop-36
      ▸ STOP-37  slug-of-stop-37
      ▸ STOP-38  slug-of-stop-38
      ▸ STOP-39  slug-of-stop-39
      … 32 more judged, 1 more waiting

      voyage 1 of 2  stop under load  0s of about 25s
      0s of about 45s  33 passed · 1 failed · 6 to go"
  `)
})

test('nothing of what the service or a voyage says is a command to the terminal', async () => {
  const { terminal, view, plan, judge, tick } = begin()
  view.planned(plan)
  if (plan.legs[0] !== undefined) view.voyageBegan(plan.legs[0], 1)
  view.said(HOSTILE, plan.legs[0])
  judge(0, pass(HOSTILE))
  await tick()
  expect(terminal.text).toContain('red·[31m')
})

test('while nothing changes it is drawn five times a second, and not more', async () => {
  const { terminal, clock, view, plan } = begin()
  view.planned(plan)
  for (let count = 0; count < 100; count++) view.said(`request ${count}`)
  const before = terminal.writeCount
  await clock.advance(1000)
  expect(terminal.writeCount - before).toBeLessThanOrEqual(6)
})
