import { describe, expect, test } from 'vitest'
import { FinalFlush, type FlushOutcome } from '../../src/core/final-flush.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { DependencyGraph } from '../../src/lifecycle/dependency-graph.ts'
import { resolveShutdownBudget } from '../../src/lifecycle/shutdown-budget.ts'
import type { PhaseName, ShutdownReason } from '../../src/lifecycle/shutdown-report.ts'
import { runShutdown, type ShutdownPlan } from '../../src/lifecycle/shutdown-sequence.ts'
import type { Stoppable } from '../../src/lifecycle/stop-in-order.ts'

const never = new Promise<never>(() => {})
const FULL_BUDGET = resolveShutdownBudget({}, { env: {}, isTerminal: false })
/** When the flush must have begun at the latest: drain, in flight and stop together. */
const FLUSH_AT_MS = FULL_BUDGET.drainDelayMs + FULL_BUDGET.inFlightMs + FULL_BUDGET.stopMs

/** A shutdown under a clock that is moved by hand; every hook and phase writes down when it was reached. */
class Voyage {
  readonly clock = new ManualClock()
  readonly finalFlush = new FinalFlush()
  readonly events: string[] = []

  constructor() {
    this.finalFlush.add({
      name: 'telemetry',
      flush: async () => {
        this.note(`flush (deferring: ${this.finalFlush.deferring})`)
        return { complete: true, details: { spans: 2 } }
      },
    })
  }

  note(what: string): void {
    this.events.push(`${this.clock.now()} ${what}`)
  }

  notes(what: string, afterMs = 0): () => Promise<void> {
    return async () => {
      if (afterMs > 0) await sleep(this.clock, afterMs)
      this.note(what)
    }
  }

  async run(
    plan: Partial<ShutdownPlan> & { readonly stoppables?: readonly Stoppable[] },
    {
      byMs = 60_000,
      reason = { kind: 'signal', signal: 'SIGTERM' },
      ...besides
    }: { byMs?: number; reason?: ShutdownReason; hurry?: AbortSignal } = {},
  ) {
    const { stoppables = [], ...rest } = plan
    const report = runShutdown(
      {
        announce: [],
        hasListeners: true,
        finish: [],
        aborted: () => [],
        stop: new DependencyGraph(stoppables),
        finalFlush: this.finalFlush,
        ...rest,
      },
      {
        clock: this.clock,
        budget: FULL_BUDGET,
        reason,
        onPhase: (phase: PhaseName) => this.note(`[${phase}]`),
        ...besides,
      },
    )
    await this.clock.advance(byMs)
    return report
  }
}

test('the phases come in their fixed order, each after everything of the one before', async () => {
  const voyage = new Voyage()
  const report = await voyage.run({
    announce: [{ name: 'api', run: () => voyage.note('announce api') }],
    finish: [
      { name: 'api', run: voyage.notes('finish api', 300) },
      { name: 'outbox', run: voyage.notes('finish outbox', 200) },
    ],
    stoppables: [
      { name: 'db', needs: [], stop: voyage.notes('stop db', 20) },
      { name: 'cache', needs: ['db'], stop: voyage.notes('stop cache', 10) },
    ],
  })
  expect(voyage.events).toEqual([
    '0 [announce]',
    '0 announce api',
    '0 [drain]',
    '5000 [finish]',
    '5200 finish outbox',
    '5300 finish api',
    '5300 [stop]',
    '5310 stop cache',
    '5330 stop db',
    '5330 [flush]',
    '5330 flush (deferring: false)',
  ])
  expect(report).toEqual({
    reason: { kind: 'signal', signal: 'SIGTERM' },
    phases: [
      { phase: 'announce', tookMs: 0, hooks: [{ name: 'api', outcome: 'done', tookMs: 0 }] },
      { phase: 'drain', tookMs: 5000, hooks: [] },
      {
        phase: 'finish',
        tookMs: 300,
        hooks: [
          { name: 'outbox', outcome: 'done', tookMs: 200 },
          { name: 'api', outcome: 'done', tookMs: 300 },
        ],
      },
      {
        phase: 'stop',
        tookMs: 30,
        hooks: [
          { name: 'cache', outcome: 'done', tookMs: 10 },
          { name: 'db', outcome: 'done', tookMs: 20 },
        ],
      },
      { phase: 'flush', tookMs: 0, hooks: [] },
    ],
    aborted: [],
    figures: {},
    flushes: { telemetry: { complete: true, details: { spans: 2 } } },
    tookMs: 5330,
    clean: true,
  })
  expect(voyage.clock.pending).toBe(0)
})

test('without listeners nobody has to be waited for: no drain', async () => {
  const voyage = new Voyage()
  const report = await voyage.run({ hasListeners: false })
  expect(report.tookMs).toBe(0)
})

test('while the drain lasts, nothing is closed yet', async () => {
  const voyage = new Voyage()
  void voyage.run({ finish: [{ name: 'api', run: voyage.notes('finish api') }] }, { byMs: 4999 })
  await voyage.clock.advance(0)
  expect(voyage.events).toEqual(['0 [announce]', '0 [drain]'])
})

describe('the flush begins at the latest when its own slice begins', () => {
  test('when every single hook hangs', async () => {
    const voyage = new Voyage()
    const report = await voyage.run({
      finish: [
        { name: 'api', run: () => never },
        { name: 'outbox', run: () => never },
      ],
      stoppables: [
        { name: 'db', needs: [], stop: () => never },
        { name: 'cache', needs: ['db'], stop: () => never },
        { name: 'http', needs: ['cache'], stop: () => never },
      ],
    })
    expect(voyage.events.at(-1)).toBe(`${FLUSH_AT_MS} flush (deferring: false)`)
    expect(report.tookMs).toBe(FLUSH_AT_MS)
    expect(report.clean).toBe(false)
    expect(report.phases.flatMap(({ hooks }) => hooks).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'api timed-out',
      'outbox timed-out',
      'http timed-out',
      'cache timed-out',
      'db timed-out',
    ])
  })

  test('when one listener never finishes: its own slice is spent, the stops still have all of theirs', async () => {
    const voyage = new Voyage()
    await voyage.run({
      finish: [{ name: 'api', run: () => never }],
      stoppables: [{ name: 'db', needs: [], stop: voyage.notes('stop db', 3999) }],
    })
    expect(voyage.events).toContain('18999 stop db')
  })

  test('when a flusher hangs, too: the report comes at the end of the flush slice', async () => {
    const voyage = new Voyage()
    voyage.finalFlush.add({ name: 'stuck', flush: () => never })
    const report = await voyage.run({ hasListeners: false })
    expect(report.tookMs).toBe(FULL_BUDGET.flushMs)
    expect(report.flushes['stuck']).toEqual({ complete: false, details: { problem: 'did not end in its slice' } })
  })
})

test('from the first moment to the flush, shutting telemetry down is deferred; in the flush no longer', async () => {
  const voyage = new Voyage()
  const seen: boolean[] = []
  const look = () => void seen.push(voyage.finalFlush.deferring)
  await voyage.run({
    announce: [{ name: 'a', run: look }],
    finish: [{ name: 'a', run: look }],
    stoppables: [{ name: 'a', needs: [], stop: look }],
  })
  expect(seen).toEqual([true, true, true])
  expect(voyage.events.at(-1)).toContain('flush (deferring: false)')
})

describe('what goes wrong is reported and stops nothing', () => {
  test('an announcement that throws', async () => {
    const voyage = new Voyage()
    const error = new Error('no')
    const report = await voyage.run({
      announce: [
        {
          name: 'api',
          run: () => {
            throw error
          },
        },
        { name: 'outbox', run: () => voyage.note('announce outbox') },
      ],
      stoppables: [{ name: 'db', needs: [], stop: voyage.notes('stop db') }],
    })
    expect(report.phases[0]?.hooks).toEqual([
      { name: 'api', outcome: 'failed', tookMs: 0, error },
      { name: 'outbox', outcome: 'done', tookMs: 0 },
    ])
    expect(voyage.events).toEqual(expect.arrayContaining(['0 announce outbox', '5000 stop db']))
    expect(report.clean).toBe(false)
  })

  test('a finish and a stop that throw', async () => {
    const voyage = new Voyage()
    const report = await voyage.run({
      finish: [{ name: 'api', run: () => Promise.reject(new Error('no')) }],
      stoppables: [
        { name: 'db', needs: [], stop: voyage.notes('stop db') },
        { name: 'cache', needs: ['db'], stop: () => Promise.reject(new Error('no')) },
      ],
    })
    expect(voyage.events).toContain('5000 stop db')
    expect(report.clean).toBe(false)
  })

  test('work that was aborted makes the shutdown unclean, although every hook ended', async () => {
    const report = await new Voyage().run({ aborted: () => ['api: GET /orders after 10s'] })
    expect(report).toMatchObject({ aborted: ['api: GET /orders after 10s'], clean: false })
  })

  test('work that cannot be counted: said in the report, and the telemetry still goes out', async () => {
    const voyage = new Voyage()
    const report = await voyage.run({
      aborted: () => {
        throw new Error('ledger lost')
      },
    })
    expect(report).toMatchObject({ aborted: ['unknown: ledger lost'], clean: false })
    expect(voyage.events.at(-1)).toContain('flush')
  })

  test('an observer of the phases that throws', async () => {
    const voyage = new Voyage()
    const report = runShutdown(
      {
        announce: [],
        hasListeners: false,
        finish: [],
        aborted: () => [],
        stop: new DependencyGraph([{ name: 'db', needs: [], stop: voyage.notes('stop db') }]),
        finalFlush: voyage.finalFlush,
      },
      {
        clock: voyage.clock,
        budget: FULL_BUDGET,
        reason: { kind: 'requested' },
        onPhase: () => {
          throw new Error('no')
        },
      },
    )
    await voyage.clock.advance(0)
    expect(await report).toMatchObject({ clean: true })
    expect(voyage.events).toEqual(['0 stop db', '0 flush (deferring: false)'])
  })

  test('lost telemetry is in the report, and does not make the shutdown unclean', async () => {
    const voyage = new Voyage()
    const lost: FlushOutcome = { complete: false, details: { dropped: 3 } }
    voyage.finalFlush.add({ name: 'audit', flush: async () => lost })
    expect(await voyage.run({})).toMatchObject({ flushes: { audit: lost }, clean: true })
  })
})

test('what failed besides while the shutdown ran is read at its very end, and makes it unclean', async () => {
  const voyage = new Voyage()
  const failures: string[] = []
  const report = await voyage.run({
    failures: () => failures,
    stoppables: [{ name: 'db', needs: [], stop: () => void failures.push('uncaught exception: db crashed') }],
  })
  expect(report).toMatchObject({ failures: ['uncaught exception: db crashed'], clean: false })
  expect(report.phases.flatMap(({ hooks }) => hooks)).toEqual([{ name: 'db', outcome: 'done', tookMs: 0 }])
})

test.each<[ShutdownReason, boolean]>([
  [{ kind: 'signal', signal: 'SIGTERM' }, true],
  [{ kind: 'requested' }, true],
  [{ kind: 'failed-start', error: new Error('x') }, false],
  [{ kind: 'fatal', component: 'api', error: new Error('x') }, false],
  [{ kind: 'uncaught', error: new Error('x') }, false],
])('when all of it went well, a shutdown for the reason %j is clean: %s', async (reason, clean) => {
  expect(await new Voyage().run({}, { reason })).toMatchObject({ reason, clean })
})

test('with nothing failed besides, the report does not mention it', async () => {
  expect(await new Voyage().run({ failures: () => [] })).not.toHaveProperty('failures')
})

test('work is counted as aborted once the finish phase is over, not before', async () => {
  const voyage = new Voyage()
  const open = new Set(['api: GET /slow'])
  const report = await voyage.run({
    finish: [{ name: 'api', run: () => sleep(voyage.clock, 100).then(() => open.clear()) }],
    aborted: () => [...open],
  })
  expect(report).toMatchObject({ aborted: [], clean: true })
})

test('when there is reason to hurry, nothing new is taken any more', async () => {
  const voyage = new Voyage()
  const hurry = new AbortController()
  voyage.clock.schedule(1000, () => hurry.abort())
  await voyage.run({}, { hurry: hurry.signal })
  expect(voyage.events).toContain('1000 [finish]')
})
