import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { GracefulShutdown } from '../../src/lifecycle/graceful-shutdown.ts'

const course = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('done' as const), afterMs: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rejects' as const), afterMs: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'throws' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hangs' as const }) },
)
const order = fc.oneof(fc.integer({ min: -2, max: 4 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
const handlers = fc.array(fc.record({ order, course, thrown: fc.anything() }), { maxLength: 8 })
const flushers = fc.array(course, { maxLength: 3 })
const timeouts = fc
  .integer({ min: 100, max: 20_000 })
  .chain((timeout) => fc.record({ timeout: fc.constant(timeout), flushTimeout: fc.nat(timeout) }))

test('whatever handlers and flushers do: all run once, steps in order, the flush in its slice, the report complete', async () => {
  await fc.assert(
    fc.asyncProperty(handlers, flushers, timeouts, async (drafts, flushCourses, { timeout, flushTimeout }) => {
      const clock = new ManualClock()
      const finalFlush = new FinalFlush()
      const events: { readonly what: string; readonly order: number; readonly at: number }[] = []
      const deferring: boolean[] = []
      const follow = async (kind: string, afterMs: number, thrown: unknown): Promise<void> => {
        if (kind === 'hangs') return new Promise(() => {})
        await sleep(clock, afterMs)
        if (kind === 'rejects') throw thrown
      }
      for (const [at, flushCourse] of flushCourses.entries()) {
        finalFlush.add({
          name: `f${at}`,
          flush: async () => {
            events.push({ what: `f${at}`, order: Infinity, at: clock.now() })
            deferring.push(finalFlush.deferring)
            await follow(flushCourse.kind, 'afterMs' in flushCourse ? flushCourse.afterMs : 0, new Error('no'))
            return { complete: true, details: {} }
          },
        })
      }
      const shutdown = new GracefulShutdown({ timeout, flushTimeout, clock, finalFlush })
      for (const [at, draft] of drafts.entries()) {
        shutdown.register({
          name: `h${at}`,
          order: draft.order,
          handler: () => {
            events.push({ what: `h${at}`, order: draft.order, at: clock.now() })
            if (draft.course.kind === 'throws') throw draft.thrown
            return follow(draft.course.kind, 'afterMs' in draft.course ? draft.course.afterMs : 0, draft.thrown)
          },
        })
      }

      const ending = shutdown.shutdown()
      await clock.advance(timeout + 1)
      const report = await ending

      const expected = [...drafts.keys()].map((at) => `h${at}`).concat([...flushCourses.keys()].map((at) => `f${at}`))
      expect(events.map(({ what }) => what).toSorted()).toEqual(expected.toSorted())
      expect(events.map((event) => event.order)).toEqual(events.map((event) => event.order).toSorted((a, b) => a - b))
      // Fractions of a millisecond that division leaves over.
      expect(report.tookMs).toBeLessThanOrEqual(timeout + 1e-6)
      for (const { what, at } of events) {
        if (what.startsWith('f')) expect(at).toBeLessThanOrEqual(timeout - flushTimeout + 1e-6)
      }

      expect(deferring).not.toContain(true)
      const records = report.phases.flatMap(({ hooks }) => hooks)
      expect(records.map(({ name }) => name).toSorted()).toEqual([...drafts.keys()].map((at) => `h${at}`).toSorted())
      expect(report.clean).toBe(records.every(({ outcome }) => outcome === 'done'))
      expect(Object.keys(report.flushes)).toEqual([...flushCourses.keys()].map((at) => `f${at}`))
      for (const [at, draft] of drafts.entries()) {
        const record = records.find(({ name }) => name === `h${at}`)
        if (draft.course.kind === 'hangs') expect(record?.outcome).toBe('timed-out')
        if (draft.course.kind === 'throws') expect(record?.outcome).toBe('failed')
      }
      expect(finalFlush.deferring).toBe(false)
    }),
    { numRuns: 150 },
  )
})
