import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { BatchQueue } from '../../../src/telemetry/pipeline/batch-queue.ts'
import type { ExportOutcome } from '../../../src/telemetry/pipeline/export-outcome.ts'
import type { SignalAccount } from '../../../src/telemetry/pipeline/signal-account.ts'

type Behaviour = 'deliver' | 'reject' | 'retry' | 'refuse' | 'throw' | 'hang' | 'twice' | 'slow' | 'throw-after'

const behaviour = fc.constantFrom<Behaviour>(
  'deliver',
  'reject',
  'retry',
  'refuse',
  'throw',
  'hang',
  'twice',
  'slow',
  'throw-after',
)

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
  fc.record({ kind: fc.constant('drain' as const), ms: fc.integer({ min: 0, max: 5000 }) }),
)

function totalOf({ delivered, rejected, dropped, pending }: SignalAccount): number {
  return delivered + rejected + pending + Object.values(dropped).reduce((sum, count) => sum + count, 0)
}

test('whatever an exporter does, the account balances at every step and nothing is left after close()', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { minLength: 1, maxLength: 12 }),
      fc.array(step, { maxLength: 12 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
      async (behaviours, steps, maxQueueSize, maxBatchSize) => {
        const clock = new ManualClock()
        let exports = 0
        let running = 0
        let accepted = 0
        let most = 0
        const violations: string[] = []
        const exportBatch = (
          batch: readonly number[],
          done: (outcome: ExportOutcome) => void,
          signal: AbortSignal,
        ): void => {
          // Collected, because the queue contains what is thrown here.
          if (batch.length === 0 || batch.length > maxBatchSize) violations.push(`a batch of ${batch.length}`)
          if (running > 0) violations.push('two exports at a time')
          running++
          signal.addEventListener('abort', () => void running--)
          const end = (outcome: ExportOutcome): void => {
            if (!signal.aborted) {
              running--
              if (outcome.kind === 'delivered') accepted += batch.length
            }
            done(outcome)
          }
          switch (behaviours[exports++ % behaviours.length]) {
            case 'deliver':
              return end({ kind: 'delivered' })
            case 'reject':
              return end({ kind: 'delivered', rejectedCount: 1_000_000, message: 'more than there were' })
            case 'retry':
              return end({ kind: 'retry', reason: 'down' })
            case 'refuse':
              return end({ kind: 'refused', reason: 'no' })
            case 'throw':
              running--
              throw new Error('broken')
            case 'twice':
              end({ kind: 'delivered' })
              return done({ kind: 'retry', reason: 'again' })
            case 'slow':
              clock.schedule(3000, () => {
                if (!signal.aborted) end({ kind: 'delivered' })
              })
              return undefined
            case 'throw-after':
              end({ kind: 'delivered' })
              throw new Error('too late')
            case 'hang':
            case undefined:
              return undefined
          }
        }
        const limits = { maxQueueSize, maxBatchSize, scheduleDelayMs: 100, exportTimeoutMs: 10_000 }
        const queue = new BatchQueue<number>({ clock, limits, exportBatch })
        let created = 0
        const check = (): void => {
          most = Math.max(most, queue.account.pending)
          expect(queue.account.created).toBe(created)
          expect(totalOf(queue.account)).toBe(created)
          expect(Math.min(queue.account.delivered, queue.account.pending)).toBeGreaterThanOrEqual(0)
        }

        for (const action of steps) {
          if (action.kind === 'add') {
            for (let index = 0; index < action.count; index++) {
              queue.add(created++)
              check()
            }
          } else if (action.kind === 'advance') {
            await clock.advance(action.ms)
          } else {
            const drained = queue.drain(action.ms)
            await clock.advance(action.ms)
            await drained
          }
          check()
        }
        const closed = queue.close(1000)
        await clock.advance(1000)
        await closed
        check()

        expect(violations).toEqual([])
        expect(queue.account.pending).toBe(0)
        expect(queue.account.delivered + queue.account.rejected).toBe(accepted)
        expect(most).toBeLessThanOrEqual(maxQueueSize)
      },
    ),
    { numRuns: 200 },
  )
})
