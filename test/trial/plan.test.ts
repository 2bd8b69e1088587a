import { expect, test } from 'vitest'
import { planVoyages, type PlanOptions } from '../../src/trial/plan.ts'
import { byId, makeTrial, makeVoyage } from './run-samples.ts'
import { makeFacts } from './samples.ts'

const SHORT = makeVoyage({ id: 'short', seconds: { quick: 1, default: 2 } })
const LONG = makeVoyage({ id: 'long', seconds: { quick: 0, default: 20 } })

function plan(changes: Partial<PlanOptions>) {
  return planVoyages({ trials: [], voyages: byId(LONG, SHORT), facts: makeFacts(), pace: 'default', ...changes })
}

test('only voyages that a trial needs are planned, and one serves all that need it', () => {
  const trials = [makeTrial({ id: 'A-01' }), makeTrial({ id: 'A-02' })]
  const { legs } = plan({ trials })
  expect(legs.map(({ voyage, trials: served }) => [voyage.id, served.map(({ id }) => id)])).toEqual([
    ['short', ['A-01', 'A-02']],
  ])
})

test('what tells most for its time comes first', () => {
  const trials = [makeTrial({ id: 'A-01', voyages: ['long'] }), makeTrial({ id: 'A-02' })]
  expect(plan({ trials }).legs.map(({ voyage }) => voyage.id)).toEqual(['short', 'long'])
  const many = Array.from({ length: 15 }, (_, index) => makeTrial({ id: `B-${index}`, voyages: ['long'] }))
  expect(plan({ trials: [...many, makeTrial({ id: 'A-02' })] }).legs.map(({ voyage }) => voyage.id)).toEqual([
    'long',
    'short',
  ])
})

test('the estimate is the time of the voyages at this pace, and a start and a stop of the service for each', () => {
  const trials = [makeTrial({ id: 'A-01', voyages: ['short', 'long'] })]
  const facts = makeFacts({ normal: { listeningAfterMs: 100, readyAfterMs: 300, exitAfterMs: 200 } })
  expect(plan({ trials, facts }).estimateMs).toBe(2000 + 500 + 20_000 + 500)
  expect(plan({ trials, facts, pace: 'quick' }).estimateMs).toBe(1000 + 500)
})

test('a voyage says how many starts and stops it waits for', () => {
  const lives = () => ({ starts: 3, stops: 1 })
  const voyages = byId(makeVoyage({ id: 'short', seconds: { quick: 1, default: 2 }, lives }))
  const facts = makeFacts({ normal: { listeningAfterMs: 100, readyAfterMs: 300, exitAfterMs: 200 } })
  expect(plan({ trials: [makeTrial({ id: 'A-01' })], voyages, facts }).estimateMs).toBe(2000 + 3 * 300 + 200)
})

test('what sails alone comes after what sails in company', () => {
  const company = makeVoyage({ id: 'company', seconds: { quick: 1, default: 100 }, sailsInCompany: true })
  const trials = [makeTrial({ id: 'A-01', voyages: ['company', 'short'] })]
  const legs = (facts: ReturnType<typeof makeFacts>) =>
    plan({ trials, facts, voyages: byId(SHORT, company) }).legs.map(({ voyage }) => voyage.id)
  expect(legs(makeFacts({ standsBeside: true }))).toEqual(['company', 'short'])
  expect(legs(makeFacts())).toEqual(['short', 'company'])
})

test('a trial is skipped where what it can not tell without is left out, also when another voyage is possible', () => {
  const trial = makeTrial({ id: 'A-01', voyages: ['short', 'long'], essential: ['long'] })
  const { legs, skipped } = plan({ trials: [trial], pace: 'quick' })
  expect(legs).toEqual([])
  expect(skipped).toEqual([{ trial, because: 'It takes longer than --quick allows; run it without --quick' }])
  expect(plan({ trials: [trial] }).skipped).toEqual([])
})

test('a trial that knows before the start that there is nothing to try costs no voyage', () => {
  const trial = makeTrial({ id: 'A-01', skipBecause: () => 'no WebSocket path is declared' })
  const { legs, skipped, needs } = plan({ trials: [trial] })
  expect(legs).toEqual([])
  expect(skipped).toEqual([{ trial, because: 'no WebSocket path is declared' }])
  expect(needs.has('A-01')).toBe(false)
})

test('a trial whose only voyage can not be sailed is skipped for its reason; with another one left it is judged by that', () => {
  const stuck = makeVoyage({ id: 'stuck', skipBecause: () => 'this is no Linux' })
  const trials = [makeTrial({ id: 'A-01', voyages: ['stuck'] }), makeTrial({ id: 'A-02', voyages: ['stuck', 'short'] })]
  const { skipped, needs, legs } = plan({ trials, voyages: byId(SHORT, stuck) })
  expect(skipped).toEqual([{ trial: trials[0], because: 'this is no Linux' }])
  expect(needs.get('A-02')).toEqual(['short'])
  expect(legs.map(({ voyage }) => voyage.id)).toEqual(['short'])
})

test('a voyage that has no time under --quick is not sailed then, and its trials say so', () => {
  const trial = makeTrial({ id: 'A-01', voyages: ['long'] })
  expect(plan({ trials: [trial], pace: 'quick' }).skipped).toEqual([
    { trial, because: 'It takes longer than --quick allows; run it without --quick' },
  ])
  expect(plan({ trials: [trial] }).skipped).toEqual([])
})

test('a trial that needs only what is known of the service needs no voyage', () => {
  const { needs, legs, skipped } = plan({ trials: [makeTrial({ id: 'A-01', voyages: [] })] })
  expect([needs.get('A-01'), legs, skipped]).toEqual([[], [], []])
})

test('a trial that throws when it is asked, or needs a voyage that nobody wrote, is broken and stops no other', () => {
  const throwing = makeTrial({
    id: 'A-01',
    skipBecause: () => {
      throw new Error('oops')
    },
  })
  const lost = makeTrial({ id: 'A-02', voyages: ['nowhere'] })
  const { broken, legs } = plan({ trials: [throwing, lost, makeTrial({ id: 'A-03' })] })
  expect(broken.map(({ trial, error }) => [trial.id, (error as Error).message])).toEqual([
    ['A-01', 'oops'],
    ['A-02', 'A-02 needs the voyage "nowhere", and there is none'],
  ])
  expect(legs).toHaveLength(1)
})
