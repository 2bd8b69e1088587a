import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import * as cancellation from '../../../src/trial/history/marks/cancellation.ts'
import * as context from '../../../src/trial/history/marks/context.ts'
import * as dead from '../../../src/trial/history/marks/dead-collector.ts'
import * as flapping from '../../../src/trial/history/marks/flapping-collector.ts'
import * as overhead from '../../../src/trial/history/marks/overhead.ts'
import * as sampling from '../../../src/trial/history/marks/sampling.ts'
import * as slow from '../../../src/trial/history/marks/slow-collector.ts'
import * as underway from '../../../src/trial/history/marks/underway.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import type { Trial } from '../../../src/trial/trial.ts'
import { judge, makeLifetime } from '../samples.ts'
import {
  makeCall,
  makeExport,
  makeMark,
  makeReading,
  makeRequestCount,
  makeSpanOf,
  makeTraced,
  traceparentOf,
} from '../telemetry-samples.ts'

const IDS = ['TEL-01', 'TEL-02', 'TEL-03', 'TEL-04', 'TEL-05', 'TEL-06', 'CTX-01', 'CTX-02', 'CTX-03', 'CTX-05']
const TRIALS = await Promise.all(
  IDS.map(async (id) => ((await import(`../../../src/trial/trials/${id}.ts`)) as { default: Trial }).default),
)

const MARKS = [cancellation, context, dead, flapping, overhead, sampling, slow, underway]
  .flatMap((marks) => Object.values(marks) as unknown[])
  .filter((name): name is string => typeof name === 'string')
const AT = fc.integer({ min: 0, max: 10_000 })
const ID = fc.integer({ min: 0, max: 20 })
const OUTCOMES = ['answered', 'timeout', 'unsettled', 'aborted', 'reset-reused', 'refused'] as const

const EVENT: fc.Arbitrary<HistoryEvent> = fc.oneof(
  fc
    .tuple(AT, fc.constantFrom(...MARKS))
    .map(([at, name]) => makeMark(at, name, { arm: 'slow', variant: 'x', request: 1 })),
  fc
    .tuple(
      ID,
      AT,
      fc.constantFrom(...OUTCOMES),
      fc.constantFrom('new', 'aborting', 'odd-context', 'burn'),
      fc.boolean(),
    )
    .map(([id, at, outcome, load, isSampled]) => makeTraced({ id, at, outcome, load, nonce: `n${id}` }, isSampled)),
  fc.tuple(ID, AT).map(([id, at]) => makeSpanOf({ id, at })),
  fc.tuple(AT, fc.boolean()).map(([at, isFaulty]) => makeExport({ at, ...(isFaulty && { fault: 'slow' }) })),
  AT.map((at) => makeReading(at, { cpuMs: at, rssBytes: at })),
  AT.map((at) => makeRequestCount(at, at)),
  fc
    .tuple(AT, ID)
    .map(([at, id]) => makeCall({ at, connection: id, traceparent: traceparentOf(id) })[1] as HistoryEvent),
  fc.tuple(AT, ID).map(([at, id]) => makeCall({ at, connection: id, path: `/?n=n${id}` })[0] as HistoryEvent),
  fc.tuple(AT, fc.string()).map(([at, line]) => ({ kind: 'output', at, stream: 'stdout', line }) as const),
)

const SETTINGS = fc.constantFrom(
  {},
  { part: dead.PAIR_PART, pair: 0, collector: dead.HEALTHY },
  { part: dead.PAIR_PART, pair: 0, collector: 'refused' },
  { part: dead.FULL_RATE_PART, collector: 'blackhole' },
  { arm: 'disabled', run: 0 },
  { arm: 'configured', run: 0 },
  { [sampling.RATIO]: 1, [sampling.IS_TOLD]: true },
  { [sampling.RATIO]: 0.1, [sampling.IS_TOLD]: true },
)

const LIFETIME: fc.Arbitrary<Lifetime> = fc
  .tuple(fc.array(EVENT, { maxLength: 60 }), fc.constantFrom('underway', 'context', 'starts', 'other'), SETTINGS)
  .map(([events, voyage, settings]) => makeLifetime(events, { voyage, settings }))

test.each(TRIALS)('$id says something of any history, the same each time, and shows what refutes it', (trial) => {
  fc.assert(
    fc.property(fc.array(LIFETIME, { maxLength: 4 }), (lifetimes) => {
      const verdict = judge(trial, lifetimes)
      expect(verdict.says).not.toMatch(/^$|undefined|\[object/)
      expect(verdict.outcome === 'FAIL' && verdict.evidence.length === 0).toBe(false)
      expect(judge(trial, lifetimes)).toEqual(verdict)
    }),
    { numRuns: 60 },
  )
})
