import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { BoundedLines, type BoundedLinesOptions, type KeptLine } from '../../src/process/bounded-lines.ts'

function linesOf(options: Partial<BoundedLinesOptions> = {}): { lines: BoundedLines; kept: KeptLine[] } {
  const kept: KeptLine[] = []
  const lines = new BoundedLines({ clock: new ManualClock(), onLine: (line) => kept.push(line), ...options })
  return { lines, kept }
}

test('cuts bytes into lines, however they come', () => {
  const { lines, kept } = linesOf()
  for (const piece of ['on', 'e\r\ntw', 'o\n', '\n', 'thr', 'ee']) lines.push(Buffer.from(piece))
  expect(kept.map(({ text }) => text)).toEqual(['one', 'two', ''])
  lines.end()
  expect(kept.map(({ text }) => text)).toEqual(['one', 'two', '', 'three'])
  expect(kept.every(({ droppedLines, droppedBytes }) => droppedLines === 0 && droppedBytes === 0)).toBe(true)
})

test('a character that two chunks share is whole', () => {
  const { lines, kept } = linesOf()
  const bytes = Buffer.from('grüße\n')
  for (const byte of bytes) lines.push(Buffer.from([byte]))
  expect(kept[0]?.text).toBe('grüße')
})

test('a line that is too long is cut off, and what is cut is counted', () => {
  const { lines, kept } = linesOf({ maxLineBytes: 4 })
  lines.push(Buffer.from('abc'))
  lines.push(Buffer.from('defg\nnext\n'))
  expect(kept).toEqual([
    { text: 'abcd', droppedLines: 0, droppedBytes: 3 },
    { text: 'next', droppedLines: 0, droppedBytes: 0 },
  ])
})

test('beyond the burst lines are counted only, and the last one is kept', () => {
  const { lines, kept } = linesOf({ burstLines: 2 })
  lines.push(Buffer.from('1\n2\n3\n4\n5\n'))
  expect(kept.map(({ text }) => text)).toEqual(['1', '2'])
  lines.end()
  expect(kept.at(-1)).toEqual({ text: '5', droppedLines: 2, droppedBytes: 2 })
})

test('beyond the bytes of the burst, too', () => {
  const { lines, kept } = linesOf({ burstBytes: 10 })
  lines.push(Buffer.from('12345678\n1234\n12\n'))
  expect(kept).toEqual([
    { text: '12345678', droppedLines: 0, droppedBytes: 0 },
    { text: '12', droppedLines: 1, droppedBytes: 4 },
  ])
})

test('what may be kept comes back with time', async () => {
  const clock = new ManualClock()
  const { lines, kept } = linesOf({ burstLines: 20, clock })
  lines.push(Buffer.from('x\n'.repeat(30)))
  expect(kept).toHaveLength(20)
  await clock.advance(1000)
  lines.push(Buffer.from('later\nlost\n'))
  expect(kept.at(-1)).toEqual({ text: 'later', droppedLines: 10, droppedBytes: 10 })
})
