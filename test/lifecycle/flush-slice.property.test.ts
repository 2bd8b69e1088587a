import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { DependencyGraph } from '../../src/lifecycle/dependency-graph.ts'
import { resolveShutdownBudget } from '../../src/lifecycle/shutdown-budget.ts'
import { runShutdown } from '../../src/lifecycle/shutdown-sequence.ts'

const slice = fc.integer({ min: 0, max: 20_000 })
const options = fc.record({ drainDelay: slice, inFlight: slice, stop: slice, flush: slice })

/** How a hook behaves: it ends after so many milliseconds, throws then, or never ends. */
const behaviour = fc.oneof(
  fc.record({ kind: fc.constantFrom('ends', 'throws'), afterMs: fc.integer({ min: 0, max: 40_000 }) }),
  fc.constant({ kind: 'hangs', afterMs: 0 }),
)
const chain = fc.array(behaviour, { maxLength: 4 })

test('whatever hangs, the flush has the whole of its slice, and the shutdown ends within the budget', async () => {
  await fc.assert(
    fc.asyncProperty(options, chain, chain, behaviour, async (chosen, finish, stop, flush) => {
      const clock = new ManualClock()
      const budget = resolveShutdownBudget(chosen, { env: {}, isTerminal: false })
      const act = ({ kind, afterMs }: { kind: string; afterMs: number }): Promise<void> =>
        new Promise((resolve, reject) => {
          if (kind === 'hangs') return
          clock.schedule(afterMs, () => (kind === 'ends' ? resolve() : reject(new Error('no'))))
        })
      const finalFlush = new FinalFlush()
      const begun: { at: number; limitMs: number }[] = []
      finalFlush.add({
        name: 'telemetry',
        async flush(limitMs) {
          begun.push({ at: clock.now(), limitMs })
          await act(flush)
          return { complete: true, details: {} }
        },
      })
      const running = runShutdown(
        {
          announce: [],
          hasListeners: true,
          finish: finish.map((how, index) => ({ name: `finish ${index}`, run: () => act(how) })),
          aborted: () => [],
          // A chain, each needing the one before: the worst case for sharing time out.
          stop: new DependencyGraph(
            stop.map((how, index) => ({
              name: `stop ${index}`,
              needs: index === 0 ? [] : [`stop ${index - 1}`],
              stop: () => act(how),
            })),
          ),
          finalFlush,
        },
        { clock, budget, reason: { kind: 'requested' } },
      )
      let endedAt = -1
      void running.then(() => (endedAt = clock.now()))
      await clock.advance(budget.totalMs)

      expect(begun).toEqual([{ at: expect.any(Number) as number, limitMs: budget.flushMs }])
      expect(begun[0]?.at).toBeLessThanOrEqual(budget.drainDelayMs + budget.inFlightMs + budget.stopMs + 0.001)
      expect(endedAt).toBeGreaterThanOrEqual(0)
      expect(endedAt).toBeLessThanOrEqual(budget.totalMs - budget.marginMs + 0.001)
    }),
    { numRuns: 60 },
  )
})
