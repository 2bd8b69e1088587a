import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import type { ScheduleOptions } from '../../../src/core/clock.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { SpoolEntry } from '../../../src/telemetry/spool/segment.ts'
import { WaitingEntries } from '../../../src/telemetry/spool/waiting-entries.ts'

const request = new AsyncLocalStorage<string>()

/** Notes how it is asked to wait, and by whom. */
class NotingClock extends ManualClock {
  readonly asked: { readonly options: ScheduleOptions | undefined; readonly context: string | undefined }[] = []

  override schedule(delayMs: number, callback: () => void, options?: ScheduleOptions): () => void {
    this.asked.push({ options, context: request.getStore() })
    return super.schedule(delayMs, callback)
  }
}

function entry(since: number): SpoolEntry {
  return new SpoolEntry('traces', 1, 8, since, new Uint8Array(8))
}

test('there is one timer, for the oldest; it keeps neither the process nor the context of a request', async () => {
  const clock = new NotingClock()
  await clock.advance(1000)
  const dueAt: number[] = []
  const waiting = new WaitingEntries(clock, () => void dueAt.push(clock.now()))
  request.run('of a request', () => {
    for (const since of [1000, 960, 980]) {
      waiting.add(entry(since))
      waiting.arm()
    }
  })
  expect(clock.pending).toBe(1)
  expect(clock.asked).toHaveLength(2)
  for (const asked of clock.asked) expect(asked).toEqual({ options: { keepAlive: false }, context: undefined })
  await clock.advance(1000)
  expect(dueAt).toEqual([1060])
  expect(clock.pending).toBe(0)
})

test('what comes back is as old as it was', async () => {
  const clock = new ManualClock()
  await clock.advance(1000)
  const waiting = new WaitingEntries(clock, () => {})
  waiting.add(entry(1000))
  expect(waiting.isDue).toBe(false)
  waiting.addFirst([entry(900)])
  expect(waiting.isDue).toBe(true)
  expect(Array.from(waiting, ({ since }) => since)).toEqual([900, 1000])
  expect(waiting.byteLength).toBe(16)
})

test('haste ends with those that it was for', () => {
  const waiting = new WaitingEntries(new ManualClock(), () => {})
  waiting.hurry()
  const urgent = entry(0)
  waiting.add(urgent)
  expect(waiting.isDue).toBe(false)
  waiting.hurry()
  expect(waiting.isDue).toBe(true)
  waiting.delete(urgent)
  waiting.add(entry(0))
  expect(waiting.isDue).toBe(false)
  waiting.hurry()
  waiting.takeAll()
  waiting.add(entry(0))
  expect(waiting.isDue).toBe(false)
})
