import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { LogWriter } from '../../src/logging/log-writer.ts'
import { LimitedTarget } from './limited-target.ts'

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('write' as const), bytes: fc.integer({ min: 0, max: 6_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('room' as const), bytes: fc.integer({ min: 0, max: 20_000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), bytes: fc.integer({ min: 1, max: 30 }) }) },
)

test('whatever room there is and when: no line is torn, doubled or out of order, and written, waiting and dropped add up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new ManualClock()
      const target = new LimitedTarget(10_000)
      const writer = new LogWriter({ target, clock, maxBufferedBytes: 20_000 })
      let made = 0
      for (const { kind, bytes } of steps) {
        if (kind === 'write') writer.write(`${made++}:${'x'.repeat(bytes)};\n`)
        else if (kind === 'room') target.room += bytes
        else await clock.advance(bytes)
        const { writtenLines, droppedLines, bufferedLines, bufferedBytes } = writer.counts
        expect(writtenLines + droppedLines + bufferedLines).toBe(made)
        // Nothing waits beyond the bound but the rest of one line that was begun.
        expect(bufferedBytes).toBeLessThanOrEqual(20_000 + 6_100)
      }
      target.room = Number.POSITIVE_INFINITY
      await clock.advance(100)

      const numbers = target.lines.map((line) => Number(/^(\d+):x*;$/.exec(line)?.[1]))
      expect(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))).toBe(true)
      expect(target.text.endsWith(';\n') || made === writer.counts.droppedLines).toBe(true)
      expect(writer.counts).toMatchObject({ writtenLines: numbers.length, bufferedLines: 0, bufferedBytes: 0 })
      expect(numbers.length + writer.counts.droppedLines).toBe(made)
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 200 },
  )
})
