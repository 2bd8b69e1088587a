import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { WorkLedger } from '../../src/lifecycle/work-ledger.ts'

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('begin' as const), way: fc.constantFrom('wait', 'throw', 'return') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('resolve' as const, 'reject' as const), which: fc.nat(50) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'abandon' as const, 'close' as const) }) },
)

test('whatever happens in whatever order, started = done + failed + abandoned + in flight, at any time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const ledger = new WorkLedger(new ManualClock())
      const jobs: PromiseWithResolvers<void>[] = []
      let refusedCount = 0
      let begunCount = 0
      const check = (): void => {
        const { started, done, failed, interrupted, abandoned } = ledger.totals
        expect(started).toBe(done + failed + abandoned + ledger.inFlight)
        expect(started).toBe(begunCount)
        expect(interrupted).toBeLessThanOrEqual(failed)
        expect(ledger.openWork()).toHaveLength(ledger.inFlight)
      }
      for (const each of steps) {
        if (each.do === 'begin') {
          const job = Promise.withResolvers<void>()
          const begin = (): Promise<void> | undefined => {
            begunCount++
            if (each.way === 'throw') throw new Error('thrown')
            if (each.way === 'return') return undefined
            jobs.push(job)
            return job.promise
          }
          ledger.run('job', begin).catch((error: Error) => {
            if ('code' in error) refusedCount++
          })
        } else if (each.do === 'resolve') jobs[each.which]?.resolve()
        else if (each.do === 'reject') jobs[each.which]?.reject(new Error('rejected'))
        else if (each.do === 'abort') ledger.abort(new Error('over'))
        else if (each.do === 'close') ledger.close()
        else ledger.abandon()
        check()
        await Promise.resolve()
        check()
      }
      for (const { resolve } of jobs) resolve()
      await ledger.whenEmpty()
      await new Promise(setImmediate)
      check()
      expect(ledger.inFlight).toBe(0)
      expect(refusedCount + begunCount).toBe(steps.filter((each) => each.do === 'begin').length)
    }),
  )
})
