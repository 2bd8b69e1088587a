import { type Attributes, createTraceState, type SpanContext, SpanKind, type TraceState } from '@opentelemetry/api'
import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { toSamplingPlan } from '../../../src/telemetry/env/sampler-env.ts'
import { PlannedSampler } from '../../../src/telemetry/sampling/planned-sampler.ts'
import { readSamplingPlan } from '../../../src/telemetry/sampling/read-sampling-plan.ts'
import type { SamplingVerdict } from '../../../src/telemetry/sampling/sampler.ts'
import type { SamplingPlan } from '../../../src/telemetry/sampling/sampling-plan.ts'
import { TraceIdRatio } from '../../../src/telemetry/sampling/trace-id-ratio.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const HIGHEST = 'f'.repeat(14)
const LOWEST = '0'.repeat(14)

const samplerOf = (plan: SamplingPlan): PlannedSampler =>
  new PlannedSampler({ plan: readSamplingPlan(plan), clock: new ManualClock() })

interface Asked {
  /** The last 14 digits of the trace id. */
  readonly random?: string
  readonly parent?: Partial<SpanContext> | undefined
  readonly state?: string | undefined
  readonly name?: string
  readonly kind?: SpanKind
  readonly attributes?: Attributes | (() => Attributes)
}

function ask(sampler: PlannedSampler, asked: Asked = {}): SamplingVerdict {
  const { random = HIGHEST, name = 'GET', kind = SpanKind.SERVER, attributes = {}, state } = asked
  const traceState: TraceState | undefined = state === undefined ? undefined : createTraceState(state)
  const parent = asked.parent && {
    traceId: TRACE.slice(0, 18) + random,
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
    ...(traceState === undefined ? {} : { traceState }),
    ...asked.parent,
  }
  const read = typeof attributes === 'function' ? attributes : () => attributes
  const high24 = Number.parseInt(random.slice(0, 6), 16)
  return sampler.decide(parent, high24, Number.parseInt(random.slice(6), 16), name, kind, read, [])
}

/** What a verdict comes to: the decision and the trace state as text. */
function outcome(sampler: PlannedSampler, asked: Asked = {}): string {
  const { decision, traceState } = ask(sampler, asked)
  return `${decision} ${traceState?.serialize() ?? '-'}`
}

const remote = (isSampled: boolean): Partial<SpanContext> => ({ isRemote: true, traceFlags: isSampled ? 1 : 0 })

test('a trace that begins here is sampled from its threshold on, which is passed on', () => {
  const sampler = samplerOf({ default: { probability: 0.1 } })
  expect(outcome(sampler, { random: 'e6660000000000' })).toBe('sample ot=th:e666')
  expect(outcome(sampler, { random: 'e665ffffffffff' })).toBe('drop -')
  expect(outcome(samplerOf({}), { random: LOWEST })).toBe('sample ot=th:0')
  expect(outcome(samplerOf({ default: { probability: 0 } }))).toBe('drop -')
})

test('verdicts about traces that begin here are the same objects again and again, and frozen', () => {
  for (const plan of [{}, { default: { probability: 0.5 } }, { default: { probability: 0 }, keep: {} }]) {
    const sampler = samplerOf(plan)
    for (const random of [LOWEST, HIGHEST]) {
      expect(ask(sampler, { random })).toBe(ask(sampler, { random }))
      expect(Object.isFrozen(ask(sampler, { random }))).toBe(true)
    }
  }
})

test('below a span of this process, its decision and trace state are taken over without asking any rule', () => {
  const sampler = samplerOf({ default: { probability: 0 }, rules: [{ path: '/x', sample: 'always' }], keep: {} })
  const attributes = (): Attributes => {
    throw new Error('asked')
  }
  const below = (traceFlags: number, state?: string): string =>
    outcome(sampler, { parent: { traceFlags }, random: LOWEST, state, attributes })
  expect(below(1)).toBe('sample -')
  expect(below(0)).toBe('drop -')
  expect(below(1, 'ot=th:0,a=b')).toBe('sample ot=th:0,a=b')
  expect(below(0, 'a=b')).toBe('drop a=b')
})

test('a decision of another service is obeyed; its threshold is passed on where it agrees, and left out where not', () => {
  const sampler = samplerOf({ default: { probability: 0.5 } })
  const under = (isSampled: boolean, state: string | undefined, random = HIGHEST): string =>
    outcome(sampler, { parent: remote(isSampled), state, random })
  expect(under(true, undefined, LOWEST)).toBe('sample -')
  expect(under(false, undefined)).toBe('drop -')
  expect(under(true, 'ot=th:c')).toBe('sample ot=th:c')
  expect(under(false, 'ot=th:c', LOWEST)).toBe('drop ot=th:c')
  // Contradictions.
  expect(under(true, 'ot=th:c', LOWEST)).toBe('sample -')
  expect(under(false, 'ot=th:c,a=b')).toBe('drop a=b')
  // The random number in the state counts, not the trace id.
  expect(under(true, 'ot=rv:ffffffffffffff;th:c', LOWEST)).toBe('sample ot=rv:ffffffffffffff;th:c')
  expect(under(true, 'ot=rv:00000000000000;th:c')).toBe('sample ot=rv:00000000000000')
  // What nobody can read is no threshold; what is no business of ours stays.
  expect(under(true, 'ot=th:zz;k:v,a=b')).toBe('sample ot=k:v,a=b')
  expect(under(true, 'ot=rv:short;th:c')).toBe('sample ot=rv:short;th:c')
  expect(under(true, 'a=b')).toBe('sample a=b')
})

test('ignore: this plan decides about the trace of another service, by the same random number', () => {
  const sampler = samplerOf({ default: { probability: 0.5 }, remoteParent: 'ignore' })
  const under = (isSampled: boolean, state: string | undefined, random = HIGHEST): string =>
    outcome(sampler, { parent: remote(isSampled), state, random })
  expect(under(false, undefined)).toBe('sample ot=th:8')
  expect(under(true, undefined, LOWEST)).toBe('drop -')
  expect(under(false, 'a=b,ot=th:c;rv:90000000000000', LOWEST)).toBe('sample ot=rv:90000000000000;th:8,a=b')
  expect(under(true, 'a=b,ot=th:0', LOWEST)).toBe('drop a=b')
})

test('cap: nothing that another service has not sampled, and of what it has, no more than the plan says', () => {
  const sampler = samplerOf({ default: { probability: 0.5 }, remoteParent: 'cap' })
  const under = (isSampled: boolean, state: string | undefined, random = HIGHEST): string =>
    outcome(sampler, { parent: remote(isSampled), state, random })
  expect(under(false, undefined)).toBe('drop -')
  expect(under(true, 'ot=th:0', LOWEST)).toBe('drop -')
  expect(under(true, 'ot=th:0')).toBe('sample ot=th:8')
  expect(under(true, 'ot=th:e')).toBe('sample ot=th:e')
  // Its probability is not known, so that of both is not, either.
  expect(under(true, undefined)).toBe('sample -')
  expect(under(true, 'a=b')).toBe('sample a=b')
  expect(under(true, 'ot=th:c', 'b0000000000000')).toBe('sample -')
})

test('the first rule that fits decides; the attributes are read once, and only when a rule asks', () => {
  let reads = 0
  const sampler = samplerOf({
    default: { probability: 0 },
    rules: [
      { kind: 'client', sample: 'never' },
      { path: '/health/*', sample: 'never' },
      { path: '/users/:id', attributes: { 'http.request.method': 'POST' }, sample: 'always' },
      { name: 'job *', sample: 'always' },
    ],
  })
  const decide = (asked: Asked): string => ask(sampler, asked).decision
  const request = (path: string, method = 'GET'): Asked => ({
    attributes: () => {
      reads++
      return { 'url.path': path, 'http.request.method': method }
    },
  })
  expect(decide(request('/users/1', 'POST'))).toBe('sample')
  expect(decide(request('/users/1'))).toBe('drop')
  expect(decide(request('/health/live'))).toBe('drop')
  expect(reads).toBe(3)
  expect(decide({ ...request('/'), kind: SpanKind.CLIENT })).toBe('drop')
  expect(reads).toBe(3)
  expect(decide({ name: 'job daily', kind: SpanKind.INTERNAL })).toBe('sample')
})

test('what is not sampled is recorded where the plan keeps something, except where it says never', () => {
  const sampler = samplerOf({
    default: { probability: 0 },
    rules: [
      { name: 'health', sample: 'never' },
      { name: 'bulk', probability: 0, keep: false },
      { name: 'report', probability: 0, keepSlowerThanMs: 9000 },
    ],
    keep: { slowerThanMs: 500 },
  })
  expect(ask(sampler)).toMatchObject({ decision: 'record', keepSlowerThanMs: 500 })
  expect(ask(sampler, { name: 'report' })).toMatchObject({ decision: 'record', keepSlowerThanMs: 9000 })
  expect(ask(sampler, { name: 'health' }).decision).toBe('drop')
  expect(ask(sampler, { name: 'bulk' }).decision).toBe('drop')
  expect(outcome(sampler, { parent: remote(false), state: 'ot=th:c,a=b', random: LOWEST })).toBe('record ot=th:c,a=b')
  expect(outcome(sampler, { parent: remote(false), name: 'health' })).toBe('drop -')
  expect(outcome(sampler, { parent: remote(true) })).toBe('sample -')
})

test('a limit per second that is exceeded leaves the threshold out until the probability is known again', async () => {
  const clock = new ManualClock()
  const plan = readSamplingPlan({ default: { perSecond: 2 } })
  const sampler = new PlannedSampler({ plan, clock })
  const seen = Array.from({ length: 40 }, () => outcome(sampler))
  expect(seen.filter((one) => one.startsWith('sample'))).toHaveLength(4)
  expect(sampler.figures.rules[0]).toMatchObject({ sampled: 4, dropped: 36, limited: 36 })
  await clock.advance(600)
  expect(outcome(sampler)).toBe('sample -')
  const ignoring = new PlannedSampler({
    plan: readSamplingPlan({ default: { perSecond: 1 }, remoteParent: 'ignore' }),
    clock,
  })
  const underOthers = Array.from({ length: 3 }, () => outcome(ignoring, { parent: remote(true), state: 'ot=th:0,a=b' }))
  expect(underOthers).toEqual(['sample ot=th:0,a=b', 'sample ot=th:8,a=b', 'drop a=b'])
  await clock.advance(900)
  expect(outcome(ignoring, { parent: remote(true), state: 'ot=th:0,a=b' })).toBe('sample a=b')
  await clock.advance(1000)
  expect(outcome(sampler)).toMatch(/^sample ot=th:./)
})

test('a new plan holds from the next trace on, and knows what the old one has measured', async () => {
  const clock = new ManualClock()
  const sampler = new PlannedSampler({ plan: readSamplingPlan({ default: { perSecond: 1 } }), clock })
  for (let second = 0; second < 20; second++) {
    for (let index = 0; index < 100; index++) ask(sampler)
    await clock.advance(1000)
  }
  ask(sampler)
  expect(sampler.figures.rules[0]?.probability).toBeCloseTo(0.01, 3)
  sampler.swap(readSamplingPlan({ default: { perSecond: 50 } }))
  expect(sampler.figures).toMatchObject({ planVersion: 2, rules: [{ rule: 'default', sampled: 0 }] })
  expect(sampler.figures.rules[0]?.probability).toBeCloseTo(0.5, 1)
  sampler.swap(readSamplingPlan({ rules: [{ name: 'GET', sample: 'never' }] }))
  expect(ask(sampler).decision).toBe('drop')
  expect(String(sampler)).toBe('SeaworthyPlan{version 3, respect parent, name=GET: 0, default: 1}')
})

test('plans are swapped under load: each trace gets one decision of one plan, and the counts add up', () => {
  const plans = [0, 0.25, 1].map((probability) => readSamplingPlan({ default: { probability } }))
  const sampler = new PlannedSampler({ plan: plans[0] as never, clock: new ManualClock() })
  const random = randomBytes(7 * 3000)
  const byPlan: string[] = []
  for (let index = 0; index < 3000; index++) {
    const plan = plans[index % 3] as (typeof plans)[number]
    sampler.swap(plan)
    const verdict = ask(sampler, { random: random.subarray(index * 7, index * 7 + 7).toString('hex') })
    const parent = { traceFlags: verdict.decision === 'sample' ? 1 : 0, traceState: verdict.traceState as TraceState }
    sampler.swap(plans[(index + 1) % 3] as never)
    // Below it, the decision stays what it was, whatever the plan has become.
    expect(ask(sampler, { parent })).toMatchObject({ decision: verdict.decision, traceState: verdict.traceState })
    byPlan.push(`${plan.default.probability} ${verdict.decision} ${verdict.traceState?.serialize()}`)
  }
  expect(sampler.planVersion).toBe(6001)
  expect([...new Set(byPlan)].toSorted()).toEqual([
    '0 drop undefined',
    '0.25 drop undefined',
    '0.25 sample ot=th:c',
    '1 sample ot=th:0',
  ])
})

test('counts tell which rule has decided what', () => {
  const sampler = samplerOf({ default: { probability: 0.5 }, rules: [{ path: '/a', probability: 0 }], keep: {} })
  for (const random of [LOWEST, HIGHEST, HIGHEST]) ask(sampler, { random })
  ask(sampler, { attributes: { 'url.path': '/a' } })
  ask(sampler, { parent: remote(true) })
  ask(sampler, { parent: remote(false) })
  expect(sampler.figures).toEqual({
    planVersion: 1,
    remote: { sampled: 1, unsampled: 1 },
    rules: [
      { rule: 'path=/a', probability: 0, sampled: 0, recorded: 1, dropped: 0, limited: 0 },
      { rule: 'default', probability: 0.5, sampled: 2, recorded: 1, dropped: 0, limited: 0 },
    ],
  })
})

test('a ratio agrees with the exact one of the specification, but for what four digits round', () => {
  const hex = fc.stringMatching(/^[\da-f]{14}$/)
  fc.assert(
    fc.property(hex, fc.constantFrom(0, 0.25, 0.5, 0.75, 0.9375, 1), (random, ratio) => {
      const plan = readSamplingPlan(toSamplingPlan({ root: 'ratio', ratio, isParentBased: true }))
      const sampler = new PlannedSampler({ plan, clock: new ManualClock() })
      expect(ask(sampler, { random }).decision === 'sample').toBe(
        new TraceIdRatio(ratio).includes(`${TRACE.slice(0, 18)}${random}`),
      )
    }),
  )
})

test('a sampler of the specification that is not parent-based decides about every span, by the same numbers', () => {
  const everySpan = (root: 'always_on' | 'always_off' | 'ratio', ratio = 1): PlannedSampler => {
    const plan = readSamplingPlan(toSamplingPlan({ root, ratio, isParentBased: false }))
    return new PlannedSampler({ plan, clock: new ManualClock(), everySpan: true })
  }
  const local = { traceFlags: 0 }
  expect(outcome(everySpan('always_on'), { parent: local })).toBe('sample ot=th:0')
  expect(outcome(everySpan('always_off'), { parent: { traceFlags: 1 }, state: 'ot=th:0' })).toBe('drop -')
  expect(outcome(everySpan('ratio', 0.5), { parent: remote(true), random: LOWEST })).toBe('drop -')
  expect(outcome(everySpan('ratio', 0.5), { parent: local, state: 'a=b' })).toBe('sample ot=th:8,a=b')

  // A plan that takes its place is parent-based, as all are.
  const swapped = everySpan('always_on')
  swapped.swap(readSamplingPlan({ default: { probability: 1 } }))
  expect(outcome(swapped, { parent: local })).toBe('drop -')
  expect(outcome(swapped)).toBe('sample ot=th:0')
})
