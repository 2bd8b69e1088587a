import { expect, test } from 'vitest'
import type { Animal } from '../../zoo/catalogue/animal.ts'
import { toPage } from '../../zoo/runner/page.ts'

const GOLDEN: Animal = { name: 'good', language: 'go', file: 'a.go', command: ['a'], needs: [] }
const BROKEN: Animal = { ...GOLDEN, name: 'bad', defect: 'It is broken.', caughtBy: 'STOP-01', twin: 'good' }
const ORIGIN = { date: '2026-01-02T03:04:05Z', commit: 'abc', isDirty: false, node: 'v24', machine: 'm' }
const PASS = { outcome: 'PASS', says: 'so' } as const
const FAIL = { outcome: 'FAIL', says: 'so' } as const

test('the page says which defects were caught, which were not run, and where the figures come from', () => {
  const caught = {
    animal: 'bad',
    mode: 'named',
    origin: ORIGIN,
    runs: [{ verdicts: { 'STOP-01': FAIL }, tookMs: 1 }],
  } as const
  const page = toPage([GOLDEN, BROKEN, { ...BROKEN, name: 'worse' }], [caught])
  expect(page).toContain('| bad | It is broken. | STOP-01 | caught | not tried |')
  expect(page).toContain('| worse | It is broken. | STOP-01 | not run | not tried |')
  expect(page).toContain('2026-01-02: commit `abc`')
  expect(page).toContain(', named: bad')
})

test('a defect that was missed is said to be', () => {
  const missed = {
    animal: 'bad',
    mode: 'named',
    origin: ORIGIN,
    runs: [{ verdicts: { 'STOP-01': PASS }, tookMs: 1 }],
  } as const
  expect(toPage([BROKEN], [missed])).toContain('**not caught by STOP-01: PASS, so**')
})

test('of golden services it counts what failed and what could not tell, also beside a load', () => {
  const run = {
    verdicts: { 'STOP-01': PASS, 'STOP-02': FAIL, 'STOP-03': { outcome: 'INCONCLUSIVE', says: 'so' } },
    tookMs: 1,
  } as const
  const kept = [
    { animal: 'good', mode: 'all', origin: ORIGIN, runs: [run] },
    { animal: 'good', mode: 'golden-runs', origin: ORIGIN, runs: [run, run] },
  ] as const
  const page = toPage([GOLDEN], kept)
  expect(page).toContain('| good | 1 | 1 | 1 | 1 | 2 runs: 2 failed, 2 could not tell |')
})

test('of a defect on which every trial was tried, what failed besides is named, and how often nobody could tell', () => {
  const verdicts = {
    'STOP-01': FAIL,
    'STOP-16': FAIL,
    'TEL-01': PASS,
    'TEL-02': { outcome: 'INCONCLUSIVE', says: 'so' },
  } as const
  const run = { animal: 'bad', mode: 'all', origin: ORIGIN, runs: [{ verdicts, tookMs: 1 }] } as const
  const page = toPage([{ ...BROKEN, alsoCaughtBy: ['STOP-16'] }], [run])
  expect(page).toContain('| bad | It is broken. | STOP-01 | caught | STOP-16 |')
  expect(page).toContain('4 verdicts, of which 1 (25.0 %) could not tell')
})

test('a trial that a whole run has not may have been tried by itself', () => {
  const whole = {
    animal: 'bad',
    mode: 'all',
    origin: ORIGIN,
    runs: [{ verdicts: { 'TEL-01': PASS }, tookMs: 1 }],
  } as const
  const named = {
    animal: 'bad',
    mode: 'named',
    origin: ORIGIN,
    runs: [{ verdicts: { 'STOP-01': FAIL }, tookMs: 1 }],
  } as const
  expect(toPage([BROKEN], [whole])).toContain('**not caught by STOP-01: no verdict**')
  expect(toPage([BROKEN], [whole, named])).toContain('| bad | It is broken. | STOP-01 | caught |  |')
})
