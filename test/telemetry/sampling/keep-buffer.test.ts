import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { KeepBuffer, type RecordedSpan } from '../../../src/telemetry/sampling/keep-buffer.ts'
import type { LocalTree } from '../../../src/telemetry/sampling/local-tree.ts'
import { readSamplingPlan } from '../../../src/telemetry/sampling/read-sampling-plan.ts'
import type { ResolvedSamplingKeep, SamplingKeep } from '../../../src/telemetry/sampling/sampling-plan.ts'

interface Span extends RecordedSpan<Span> {
  readonly name: string
}

const keepOf = (keep: SamplingKeep): ResolvedSamplingKeep => readSamplingPlan({ keep }).keep as ResolvedSamplingKeep

function fixture(keep: SamplingKeep = {}) {
  const clock = new ManualClock()
  const kept: string[] = []
  const buffer = new KeepBuffer<Span>({
    clock,
    keep: keepOf(keep),
    onKept: (span, reason) => void kept.push(`${span.name} ${reason}`),
  })
  return { clock, kept, buffer }
}

interface Given {
  readonly name?: string
  readonly isLocalRoot?: boolean
  readonly statusCode?: number
  readonly hasException?: boolean
  readonly durationMs?: number
  readonly estimatedBytes?: number
  readonly attributes?: Readonly<Record<string, unknown>>
}

function span(tree: LocalTree<Span>, given: Given = {}): Span {
  const { attributes = {}, ...rest } = given
  return {
    name: 'child',
    tree,
    isLocalRoot: false,
    statusCode: 0,
    hasException: false,
    durationMs: 1,
    estimatedBytes: 100,
    attribute: (key) => attributes[key],
    ...rest,
  }
}
const root = (tree: LocalTree<Span>, given: Given = {}): Span =>
  span(tree, { name: 'root', isLocalRoot: true, ...given })

test.for([
  ['an error status', { statusCode: 2 }],
  ['an error type', { attributes: { 'error.type': 'ECONNRESET' } }],
  ['status 500', { attributes: { 'http.response.status_code': 500 } }],
  ['an exception', { hasException: true }],
] as const)('%s of any span keeps the whole local tree', ([, given]) => {
  for (const failing of ['root', 'child'] as const) {
    const { buffer, kept } = fixture()
    const tree = buffer.open()
    buffer.onEnd(span(tree, failing === 'child' ? given : {}))
    expect(kept).toEqual([])
    buffer.onEnd(root(tree, failing === 'root' ? given : {}))
    expect(kept).toEqual(['root error', 'child error'])
    expect(buffer.figures).toMatchObject({ kept: { error: 1 }, waitingSpans: 0, waitingBytes: 0 })
  }
})

test('a tree in which nothing happened is dropped, and so are status 499 and an unset status', () => {
  const { buffer, kept } = fixture({ slowerThanMs: 100 })
  for (const given of [{}, { attributes: { 'http.response.status_code': 499 } }, { durationMs: 100 }]) {
    const tree = buffer.open()
    buffer.onEnd(span(tree))
    buffer.onEnd(root(tree, given))
  }
  expect(kept).toEqual([])
  expect(buffer.figures).toMatchObject({ dropped: 3, waitingSpans: 0 })
})

test('a slow one is kept, by the limit of its rule or that of the plan', () => {
  const { buffer, kept } = fixture({ slowerThanMs: 100 })
  buffer.onEnd(root(buffer.open(), { durationMs: 101 }))
  buffer.onEnd(root(buffer.open(1000), { durationMs: 999, name: 'report' }))
  expect(kept).toEqual(['root slow'])
})

test('an attribute keeps a tree, whatever the plan says of errors', () => {
  const { buffer, kept } = fixture({ errors: false, perSecond: 0.001 })
  for (let index = 0; index < 3; index++) {
    const tree = buffer.open()
    buffer.onEnd(span(tree, { attributes: { 'seaworthy.keep': true } }))
    buffer.onEnd(root(tree, { statusCode: 2 }))
  }
  expect(kept.filter((line) => line === 'root asked')).toHaveLength(3)
  buffer.onEnd(root(buffer.open(), { statusCode: 2, attributes: { 'seaworthy.keep': 'true' } }))
  expect(kept).toHaveLength(6)
})

test('a span that ends after its root follows the decision', () => {
  const { buffer, kept } = fixture()
  const failed = buffer.open()
  buffer.onEnd(root(failed, { statusCode: 2 }))
  buffer.onEnd(span(failed, { name: 'late' }))
  const fine = buffer.open()
  buffer.onEnd(root(fine))
  buffer.onEnd(span(fine, { name: 'late', statusCode: 2 }))
  expect(kept).toEqual(['root error', 'late error'])
  expect(buffer.figures.waitingSpans).toBe(0)
})

test('an outage does not keep everything: errors have their number a second', async () => {
  const { buffer, kept, clock } = fixture({ errors: { perSecond: 5 } })
  const fail = (): void => buffer.onEnd(root(buffer.open(), { statusCode: 2 }))
  for (let index = 0; index < 20; index++) fail()
  expect(kept).toHaveLength(5)
  expect(buffer.figures).toMatchObject({ kept: { error: 5 }, limited: 15, dropped: 0 })
  await clock.advance(1000)
  for (let index = 0; index < 20; index++) fail()
  expect(kept).toHaveLength(10)
})

test('under pressure the oldest tree goes, but one that is certain to be kept is kept at once', () => {
  const { buffer, kept } = fixture({ maxSpans: 3 })
  const [first, second, third] = [buffer.open(), buffer.open(), buffer.open()]
  buffer.onEnd(span(first, { name: 'a' }))
  buffer.onEnd(span(second, { name: 'b', statusCode: 2 }))
  buffer.onEnd(span(third, { name: 'c' }))
  buffer.onEnd(span(third, { name: 'd' }))
  expect(buffer.figures).toMatchObject({ evicted: { spans: 1 }, evictedSpans: 1, waitingSpans: 3 })
  buffer.onEnd(span(third, { name: 'e' }))
  expect(kept).toEqual(['b error'])
  // The root of the evicted one follows, that of the kept one, too.
  buffer.onEnd(root(first, { name: 'first', statusCode: 2 }))
  buffer.onEnd(root(second, { name: 'second' }))
  expect(kept).toEqual(['b error', 'second error'])
})

test('what waits too long is given up, unless that very waiting makes it slow', async () => {
  const { buffer, kept, clock } = fixture({ maxAgeMs: 1000, slowerThanMs: 5000 })
  const [plain, slow] = [buffer.open(), buffer.open(500)]
  buffer.onEnd(span(plain))
  await clock.advance(600)
  buffer.onEnd(span(slow, { name: 'slow child' }))
  await clock.advance(400)
  expect(buffer.figures).toMatchObject({ evicted: { age: 1 }, waitingSpans: 1 })
  await clock.advance(600)
  expect(kept).toEqual(['slow child slow'])
  expect(buffer.figures.waitingSpans).toBe(0)
  expect(clock.pending).toBe(0)
})

test('the end of the process decides about what waits, and leaves no timer', () => {
  const { buffer, kept, clock } = fixture()
  buffer.onEnd(span(buffer.open(), { statusCode: 2 }))
  buffer.onEnd(span(buffer.open()))
  buffer.close()
  expect(kept).toEqual(['child error'])
  expect(buffer.figures).toMatchObject({ waitingSpans: 0, evictedSpans: 1 })
  expect(clock.pending).toBe(0)
})

test('smaller limits hold at once, also for what waits', () => {
  const { buffer } = fixture({ maxSpans: 100 })
  for (let index = 0; index < 50; index++) buffer.onEnd(span(buffer.open()))
  buffer.configure(keepOf({ maxSpans: 10 }))
  expect(buffer.figures).toMatchObject({ waitingSpans: 10, evicted: { spans: 40 } })
})

test('whatever comes in whatever order, the bounds hold and every span is kept, dropped or waiting', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('open' as const) }),
    fc.record({
      do: fc.constant('end' as const),
      tree: fc.nat(20),
      isLocalRoot: fc.boolean(),
      statusCode: fc.constantFrom(0, 0, 0, 2),
      estimatedBytes: fc.constantFrom(10, 20_000, 70_000),
      durationMs: fc.constantFrom(1, 600),
    }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(50, 400) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), async (steps, maxSpans) => {
      const { buffer, clock, kept } = fixture({ maxSpans, maxBytes: 2 ** 17, maxAgeMs: 300, slowerThanMs: 500 })
      const trees = [buffer.open()]
      for (const one of steps) {
        if (one.do === 'open') trees.push(buffer.open())
        else if (one.do === 'wait') await clock.advance(one.ms)
        else {
          const { tree, do: _, ...given } = one
          buffer.onEnd(span(trees[tree % trees.length] as LocalTree<Span>, given))
        }
        const { waitingSpans, waitingBytes } = buffer.figures
        expect(waitingSpans).toBeLessThanOrEqual(maxSpans)
        expect(waitingBytes).toBeLessThanOrEqual(2 ** 17)
        expect(trees.reduce((total, tree) => total + tree.spans.length, 0)).toBe(waitingSpans)
        expect(trees.reduce((total, tree) => total + tree.bytes, 0)).toBe(waitingBytes)
        expect(clock.pending).toBeLessThanOrEqual(1)
      }
      await clock.advance(1000)
      expect(buffer.figures).toMatchObject({ waitingSpans: 0, waitingBytes: 0 })
      expect(clock.pending).toBe(0)
      expect(kept.length).toBeLessThanOrEqual(steps.length)
    }),
    { numRuns: 150 },
  )
})
