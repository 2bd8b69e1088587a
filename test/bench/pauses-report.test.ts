import { expect, test } from 'vitest'
import type { Sample } from '../../bench/export-pauses/measure.ts'
import { ADOPTION, COLLECTION, MOMENTS, OF_SPANS, SCRAPE } from '../../bench/export-pauses/moments.ts'
import { toPage, toText } from '../../bench/export-pauses/page.ts'
import { type Measurement, problemsOf, toRows } from '../../bench/export-pauses/rows.ts'
import { hasMoment, VARIANTS } from '../../bench/export-pauses/variants.ts'

const OURS = 'seaworthy http'

function sample(moment: string, variant: string, more: Partial<Sample> = {}): Sample {
  const turns = { turns: 1000, over: [5, 0, 0, 0], longestMs: 1.5, longestGcMs: 0.25, majorCollections: 1, created: 9 }
  return { moment, variant, arrived: moment === OF_SPANS.outage.id ? 0 : 100_000, ...turns, ...more }
}

/** Bare and ours in every moment; ours as `more` has it in one of them. */
function samples(id: string, more: Partial<Sample> = {}): readonly Sample[] {
  const arrived = (moment: string): object => (moment === OF_SPANS.begin.id ? { arrived: 10 } : {})
  return MOMENTS.flatMap(({ id: moment }) => [
    sample(moment, 'bare', { arrived: 0 }),
    sample(moment, OURS, { ...arrived(moment), ...(moment === id ? more : {}) }),
  ])
}

function problemsIn(id: string, more: Partial<Sample>): readonly string[] {
  const variants = VARIANTS.filter(({ name }) => name === 'bare' || name === OURS)
  return problemsOf({ samples: samples(id, more), scale: 1 }, variants)
}

function measurement(all: readonly Sample[]): Measurement {
  const origin = {
    date: '2026-01-02T03:04:05.000Z',
    commit: 'abc',
    isDirty: false,
    node: 'v24.0.0',
    machine: '2 × test',
  }
  return { ...origin, isPinned: true, tookMs: 60_000, scale: 1, samples: all, troubles: [] }
}

test('rounds are summed, of what arrived the least is told, and the longest turn keeps its garbage', () => {
  const [row] = toRows([
    sample(SCRAPE.id, OURS, { over: [4, 3, 2, 1], longestMs: 12.345, longestGcMs: 7, arrived: 2000 }),
    sample(SCRAPE.id, OURS, { longestGcMs: 9, arrived: 1999 }),
  ])
  expect(row).toEqual({
    moment: 'scrape',
    variant: OURS,
    turns: 2000,
    over1Ms: 9,
    over2Ms: 3,
    over5Ms: 2,
    over10Ms: 1,
    longestMs: 12.35,
    longestGcMs: 7,
    majorCollections: 2,
    arrived: 1999,
    rounds: 2,
  })
})

test('nothing is wrong when export was at work in every moment and never in the way for long', () => {
  expect(problemsIn('', {})).toEqual([])
})

test('what is still on its way when an outage has ended is not missing', () => {
  expect(problemsIn(OF_SPANS.end.id, { created: 110_009 })).toEqual([])
})

test.each([
  [OF_SPANS.sending.id, { arrived: 24_999 }, '24999 arrived, at least 25000 should'],
  [OF_SPANS.outage.id, { arrived: 1 }, '1 arrived, at most 0 should'],
  [OF_SPANS.end.id, { arrived: 79_999 }, '79999 arrived, at least 80000 should'],
  [OF_SPANS.end.id, { created: 110_010 }, '10001 spans of the outage had not arrived'],
  [COLLECTION.id, { arrived: 1999 }, '1999 arrived, at least 2000 should'],
  [SCRAPE.id, { arrived: 0 }, '0 arrived, at least 2000 should'],
  // Those are the new ones: of an earlier process there were none.
  [ADOPTION.id, { arrived: 60_000 }, '60000 arrived, at least 60001 should'],
  [SCRAPE.id, { over: [9, 9, 9, 1], longestMs: 11 }, '1 turns of more than 10 ms, the longest 11 ms'],
  [SCRAPE.id, { turns: 0 }, 'not measured'],
])('in %s, %j is a problem', (id, more, problem) => {
  expect(problemsIn(id, more)).toEqual([`${OURS}, ${id}: ${problem}`])
})

test('a long turn that bare had as well is the machine’s', () => {
  const long = { over: [1, 1, 1, 1], longestMs: 11 }
  const all = [...samples(SCRAPE.id, long), sample(SCRAPE.id, 'bare', long)]
  expect(problemsOf({ samples: all, scale: 1 }, VARIANTS.slice(0, 2))).toEqual([])
})

test('nobody but ours adopts what is on disk, and every variant has a name of its own', () => {
  expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length)
  const without = VARIANTS.filter((variant) => !hasMoment(variant, ADOPTION)).map(({ family }) => family)
  expect(new Set(without)).toEqual(new Set(['stock']))
})

test('the page has a section for each moment, counts in bold, and so has the text for a terminal', () => {
  const all = samples(SCRAPE.id, { over: [4, 3, 2, 1], longestMs: 12.345 })
  const page = toPage(measurement(all))
  for (const { title } of MOMENTS) expect(page).toContain(`## ${title}`)
  expect(page).toContain('| Scrape of 2,000 series | 0, 1.5 ms | **3**, 12.3 ms |')
  expect(page).toContain('| seaworthy http | 4 | 3 | 2 | 1 | 12.35 | 0.25 | 1 | 1000 | 100000 |')
  expect(page).not.toMatch(/NaN|undefined/)
  expect(toText(toRows(all)).split('\n')).toHaveLength(MOMENTS.length * 2)
})
