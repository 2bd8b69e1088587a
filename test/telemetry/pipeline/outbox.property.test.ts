import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { ExportOutcome } from '../../../src/telemetry/pipeline/export-outcome.ts'
import { createDisk } from './kept-spool.ts'
import { setUp, totalOf } from './outbox-fixture.ts'
import { DELIVERED, DOWN, type SentBody } from './scripted-transport.ts'

const never = new Promise<never>(() => {})

/** What a collector can do, and what a broken transport can. */
const BEHAVIOURS: Readonly<Record<string, (body: SentBody) => ExportOutcome | Promise<ExportOutcome>>> = {
  deliver: () => DELIVERED,
  'reject some': () => ({ kind: 'delivered', rejectedCount: 3, message: 'odd' }),
  'reject nonsense': () => ({ kind: 'delivered', rejectedCount: Number.NaN }),
  'reject too many': () => ({ kind: 'delivered', rejectedCount: 1e9 }),
  down: () => DOWN,
  throttle: () => ({ kind: 'retry', reason: '503', retryAfterMs: 7000 }),
  refuse: () => ({ kind: 'refused', reason: '401' }),
  'refuse one part': ({ chunks }) =>
    chunks.some((name) => name.endsWith('3')) ? { kind: 'refused', reason: '400', perhapsOnePart: true } : DELIVERED,
  'refuse large': ({ byteLength }) =>
    byteLength > 3000 ? { kind: 'refused', reason: '413', perhapsTooLarge: true } : DELIVERED,
  'refuse everything': () => ({ kind: 'refused', reason: '400', perhapsOnePart: true }),
  hang: () => never,
  'fail itself': () => Promise.reject(new Error('broken')),
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), items: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 9000 }) }) },
  fc.record({ kind: fc.constant('flush' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({
    kind: fc.constantFrom(
      'flush now',
      'evict full',
      'evict age',
      'leave',
      'disk full',
      'disk well',
      'disk hangs',
      'disk answers',
    ),
  }),
)

test('whatever collector and disk do, the account balances at every moment, and what is on disk is what it says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(BEHAVIOURS)), { minLength: 1, maxLength: 8 }),
      fc.array(step, { maxLength: 30, size: 'max' }),
      fc.constantFrom<'traces' | 'metrics'>('traces', 'metrics'),
      fc.boolean(),
      fc.boolean(),
      async (behaviours, steps, signal, hasDisk, isUnasked) => {
        const clock = new ManualClock()
        const disk = createDisk()
        const limits = { maxBatchSize: 20, scheduleDelayMs: 500 }
        const common = { clock, signal, limits, maxWaitingBytes: 12_000, isUnasked: () => isUnasked }
        const violations: string[] = []
        const setup = setUp({ ...common, ...(hasDisk ? { disk } : {}) })
        const { outbox, transport, spool, add } = setup
        let created = 0
        let added = 0
        const check = (where: string): void => {
          const account = outbox.account(signal)
          if (account.created !== created) violations.push(`${where}: created ${account.created} of ${created}`)
          if (totalOf(account) !== created) violations.push(`${where}: ${JSON.stringify(account)}`)
          const stored = [...disk.chunks.keys()].reduce((sum, { items }) => sum + items, 0)
          if (account.spooled !== stored) violations.push(`${where}: spooled ${account.spooled}, on disk ${stored}`)
          const counts = [account.delivered, account.rejected, account.pending, ...Object.values(account.dropped)]
          if (counts.some((count) => count < 0)) violations.push(`${where}: ${JSON.stringify(account)}`)
        }
        transport.latencyMs = 3000
        transport.answer = (body, index) => {
          check('send')
          return (
            (BEHAVIOURS[behaviours[index % behaviours.length] as string] ?? BEHAVIOURS['deliver'])?.(body) ?? DELIVERED
          )
        }
        const act: Record<string, () => void> = {
          'flush now': () => outbox.flushNow(),
          'evict full': () => spool?.evictOldest('spool_full'),
          'evict age': () => spool?.evictOldest('spool_age'),
          leave: () => spool?.leaveOldest(),
          'disk full': () => void (disk.isFull = true),
          'disk well': () => spool?.becomeWritable(),
          'disk hangs': () => void (disk.isHanging = true),
          'disk answers': () => {
            disk.isHanging = false
            spool?.write()
          },
        }
        const perform = async (action: (typeof steps)[number]): Promise<void> => {
          if (action.kind === 'add' && 'items' in action) {
            created += action.items
            add(`${added++}`, action.items, 100 + ((added * 379) % 2500))
          } else if (action.kind === 'advance' && 'ms' in action) {
            await clock.advance(action.ms)
          } else if (action.kind === 'flush' && 'ms' in action) {
            const flushed = outbox.flush(action.ms)
            await clock.advance(action.ms)
            await flushed
          } else {
            act[action.kind]?.()
          }
        }
        for (const action of steps) {
          await perform(action)
          check(action.kind)
        }
        const closed = outbox.close(1000)
        await clock.advance(1000)
        await closed
        check('close')
        for (const action of steps.slice(0, 5)) {
          await perform(action)
          check(`late ${action.kind}`)
        }
        await clock.advance(100_000)
        check('the end')

        expect(violations).toEqual([])
        expect(outbox.account(signal).pending).toBe(0)
        expect(outbox.memoryBytes).toBe(0)
        expect(transport.mostInFlight).toBeLessThanOrEqual(signal === 'metrics' ? 1 : 4)
        if (!hasDisk) expect(outbox.account(signal).spooled).toBe(0)
        const { spooled } = outbox.account(signal)
        disk.isHanging = false
        const next = setUp({ ...common, disk })
        await clock.advance(60_000)
        expect(next.outbox.account(signal)).toMatchObject({ created: spooled, delivered: spooled, pending: 0 })
        expect(disk.chunks.size).toBe(0)
      },
    ),
    { numRuns: 600 },
  )
})
