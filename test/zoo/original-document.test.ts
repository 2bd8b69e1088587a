import { expect, test } from 'vitest'
import { isThere, readText } from '../../scripts/repository-files.ts'
import { loadTrials } from '../../src/trial/catalogue.ts'
import { type KeptTrial, keptTrial } from '../../zoo/original-document/kept.ts'
import { toPage } from '../../zoo/original-document/page.ts'
import { type Reason, REASONS, shownBy } from '../../zoo/original-document/reasons.ts'

const trials = await loadTrials()
const NOTHING: KeptTrial = {
  origin: { date: '2026-01-02T03:04:05Z', commit: 'abc', isDirty: false, node: 'v24', machine: 'm' },
  tookMs: 240_000,
  load: 1,
  verdicts: [],
  spans: { 'GET /': 3 },
  stops: 2,
}
const LISTENER: Reason = {
  id: 'D5',
  says: 'The listener closes first.',
  shows: { kind: 'trial', trial: 'STOP-01', words: /new connections/ },
}
const verdict = (outcome: 'FAIL' | 'PASS', evidence: readonly string[]) => ({
  ...NOTHING,
  verdicts: [{ id: 'STOP-01', outcome, says: '7 requests were lost', evidence, notes: [] }],
})

test('a reason shows where its trial fails with its words, and nowhere else', () => {
  expect(shownBy(LISTENER, verdict('FAIL', ['5 new connections']))).toBe('5 new connections')
  expect(shownBy(LISTENER, verdict('FAIL', ['5 uploads']))).toBeUndefined()
  expect(shownBy(LISTENER, verdict('PASS', ['5 new connections']))).toBeUndefined()
  expect(shownBy(LISTENER, NOTHING)).toBeUndefined()
})

test('the span of the shutdown is missing only where it never arrived', () => {
  const reason = REASONS.find(({ id }) => id === 'D2')
  if (reason === undefined) throw new Error('D2 is gone')
  expect(shownBy(reason, NOTHING)).toContain('in 2 stops, of 3 spans in all')
  expect(shownBy(reason, { ...NOTHING, spans: { 'graceful-shutdown': 1 } })).toBeUndefined()
})

test('every defect that was found by reading the program has its reason, and every trial of a reason exists', () => {
  const named = new Set(REASONS.flatMap(({ id }) => id.split(', ')))
  const all = Array.from({ length: 25 }, (_, index) => `D${index + 1}`)
  expect(all.filter((id) => !named.has(id))).toEqual([])
  const unknown = REASONS.flatMap(({ shows }) =>
    shows.kind === 'trial' && !trials.has(shows.trial) ? [shows.trial] : [],
  )
  expect(unknown).toEqual([])
})

test('the page says of a reason that no trial shows why that is so', () => {
  const page = toPage(verdict('PASS', []), trials)
  expect(page).toContain('STOP-01 said PASS in this run')
  expect(page).toContain('| D25 |')
})

test('the page is what was kept, and the program fails for the reasons that make its stop lose requests', () => {
  const kept = keptTrial()
  if (kept === undefined) throw new Error('Nothing was kept: npm run zoo:original')
  expect(isThere('docs/guide/original-document.md') && readText('docs/guide/original-document.md')).toBe(
    toPage(kept, trials),
  )
  const shown = new Set(REASONS.filter((reason) => shownBy(reason, kept) !== undefined).map(({ id }) => id))
  for (const id of ['D2', 'D5', 'D6', 'D11', 'D13', 'D15', 'D18']) expect(shown, id).toContain(id)
})
