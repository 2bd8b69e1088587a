import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { type LogLoss, LogWriter } from '../../src/logging/log-writer.ts'
import { LimitedTarget } from './limited-target.ts'

function makeWriter(room?: number, maxBufferedBytes = 1_000) {
  const clock = new ManualClock()
  const target = new LimitedTarget(room)
  const losses: LogLoss[] = []
  const writer: LogWriter = new LogWriter({
    target,
    clock,
    maxBufferedBytes,
    onLoss: (loss) => {
      losses.push(loss)
      writer.write(`lost ${loss.lines}\n`)
    },
  })
  return { clock, target, losses, writer }
}

const listeners = (): number => process.listenerCount('exit')

test('a line that finds room is written at once, and nothing waits', () => {
  const { target, writer, clock } = makeWriter()

  writer.write('one\n')

  expect(target.text).toBe('one\n')
  expect(writer.counts).toMatchObject({ writtenLines: 1, bufferedLines: 0, bufferedBytes: 0 })
  expect(clock.pending).toBe(0)
})

test('a line that finds only a part of the room is finished later, before any other', async () => {
  const { target, writer, clock } = makeWriter(3)
  writer.write('first line\n')
  writer.write('second\n')
  expect(target.text).toBe('fir')
  expect(writer.counts).toMatchObject({ writtenLines: 0, bufferedLines: 2, bufferedBytes: 15 })

  target.room = 100
  await clock.advance(1)

  expect(target.text).toBe('first line\nsecond\n')
  expect(writer.counts).toMatchObject({ writtenLines: 2, bufferedLines: 0, bufferedBytes: 0 })
})

test('a character of several bytes that is torn comes out whole', async () => {
  const { target, writer, clock } = makeWriter(1)

  writer.write('日本\n')
  target.room = 100
  await clock.advance(1)

  expect(Buffer.from(target.text, 'latin1').toString()).toBe('日本\n')
})

test('while lines wait, new ones cost no attempt at writing', () => {
  const { target, writer } = makeWriter(0)
  writer.write('one\n')
  const { attempts } = target

  for (let line = 0; line < 100; line++) writer.write('x\n')

  expect(target.attempts).toBe(attempts)
})

test('attempts at a full target become rare, and frequent again after progress', async () => {
  const { target, writer, clock } = makeWriter(0)
  const attemptsWithin = async (ms: number): Promise<number> => {
    const before = target.attempts
    await clock.advance(ms)
    return target.attempts - before
  }
  writer.write('one\n')
  await clock.advance(1_000)
  expect(await attemptsWithin(50)).toBe(2)

  target.room = 2

  expect(await attemptsWithin(50)).toBeGreaterThan(4)
})

test('once nothing waits, neither a timer nor a listener is left', async () => {
  const before = listeners()
  const { target, writer, clock } = makeWriter(0)
  writer.write('one\n')
  expect([listeners() - before, clock.pending]).toEqual([1, 1])

  target.room = 100
  await clock.advance(1)

  expect([listeners() - before, clock.pending]).toEqual([0, 0])
})

test('when the buffer is full, the newest lines are dropped and counted, and a notice stands where they are missing', async () => {
  const { target, writer, losses, clock } = makeWriter(0, 100)
  for (let line = 0; line < 30; line++) writer.write(`line ${String(line).padStart(3, '0')}.\n`) // 10 bytes each
  expect(writer.counts).toMatchObject({ bufferedLines: 10, bufferedBytes: 100, droppedLines: 20 })

  target.room = 49
  await clock.advance(25)
  expect(losses).toEqual([])
  writer.write('dropped\n')
  target.room = 1
  await clock.advance(25)
  expect(losses).toEqual([{ lines: 21, reason: 'full' }])
  writer.write('after\n')
  target.room = 1_000
  await clock.advance(25)

  expect(target.lines.slice(-3)).toEqual(['line 009.', 'lost 21', 'after'])
  expect(writer.counts).toMatchObject({ writtenLines: 12, droppedLines: 21, bufferedBytes: 0 })
})

test('a reader that is gone costs the lines, quietly and counted, and one that is back is told how many', async () => {
  const { target, writer, losses, clock } = makeWriter()
  target.failure = 'EPIPE'
  for (let line = 0; line < 10; line++) writer.write('gone\n')
  expect(target.attempts).toBe(1)
  expect(writer.counts).toMatchObject({ discardedLines: 10, droppedLines: 0, bufferedLines: 0 })

  target.failure = undefined
  writer.write('still within the pause\n')
  await clock.advance(1_000)
  writer.write('back\n')

  expect(target.text).toBe('back\nlost 11\n')
  expect(losses).toEqual([{ lines: 11, reason: 'EPIPE' }])
})

test('lines that wait for a reader are discarded when it goes', async () => {
  const { target, writer, clock } = makeWriter(2)
  writer.write('one\n')
  writer.write('two\n')

  target.failure = 'EPIPE'
  await clock.advance(25)

  expect(writer.counts).toMatchObject({ writtenLines: 0, discardedLines: 2, bufferedLines: 0, bufferedBytes: 0 })
  expect(clock.pending).toBe(0)
})

test('a full disk is no reason to throw', () => {
  const { target, writer } = makeWriter()
  target.failure = 'ENOSPC'

  expect(() => writer.write('one\n')).not.toThrow()
  expect(writer.counts).toMatchObject({ discardedLines: 1 })
})

test('flush resolves as soon as nothing waits', async () => {
  const { target, writer, clock } = makeWriter(0)
  writer.write('one\n')
  let isFlushed = false
  const flushed = writer.flush(1_000).then(() => (isFlushed = true))

  await clock.advance(100)
  expect(isFlushed).toBe(false)
  target.room = 100
  await clock.advance(25)
  await flushed

  expect(target.text).toBe('one\n')
  expect(clock.pending).toBe(0)
})

test('flush resolves at its limit, and the lines go on waiting', async () => {
  const { writer, clock } = makeWriter(0)
  writer.write('one\n')
  const flushed = writer.flush(300)

  await clock.advance(300)
  await flushed

  expect(writer.counts.bufferedLines).toBe(1)
})

test('flush of an empty log resolves at once, and several flushes resolve together', async () => {
  const { target, writer, clock } = makeWriter(0)
  await writer.flush(1_000)
  writer.write('one\n')
  const both = Promise.all([writer.flush(1_000), writer.flush(2_000)])

  target.room = 100
  await clock.advance(25)
  await both

  expect(clock.pending).toBe(0)
})

test('the last words come after the lines that wait', () => {
  const { target, writer } = makeWriter(2)
  writer.write('one\n')
  writer.write('two\n')
  target.room = 100

  expect(writer.writeLast('bye\n', 50)).toBe(true)

  expect(target.text).toBe('one\ntwo\nbye\n')
})

test('the last words have a place even when the buffer is full', () => {
  const { target, writer } = makeWriter(0, 100)
  for (let line = 0; line < 30; line++) writer.write('123456789\n')
  target.room = 1_000

  expect(writer.writeLast('bye\n', 50)).toBe(true)

  expect(target.lines).toContain('bye')
})

test('when time runs out, the last words go before the lines that wait, but not into a torn one', () => {
  const { target, writer } = makeWriter(2)
  for (const line of ['one\n', 'two\n', 'three\n']) writer.write(line)
  const { attempts } = target
  // Room for the rest of the torn line and for the last words appears only after most attempts.
  const write = target.write.bind(target)
  target.write = (bytes) => {
    if (target.attempts - attempts === 20) target.room = 6
    return write(bytes)
  }

  expect(writer.writeLast('bye\n', 50)).toBe(false)

  expect(target.text).toBe('one\nbye\n')
  expect(writer.counts).toMatchObject({ bufferedLines: 2 })
})

test('last words to a reader that does not come back are given up at their limit', () => {
  const { target, writer } = makeWriter(0)

  expect(writer.writeLast('bye\n', 20)).toBe(false)

  expect(target.attempts).toBeLessThan(25)
})

test('last words try a reader that was gone a moment ago', () => {
  const { target, writer } = makeWriter()
  target.failure = 'EPIPE'
  writer.write('gone\n')
  target.failure = undefined

  expect(writer.writeLast('bye\n', 20)).toBe(true)

  expect(target.text).toMatch(/^bye\n/)
})

test('close gives up what waits, frees the target, and writes nothing afterwards', () => {
  const before = listeners()
  const { target, writer, clock } = makeWriter(0)
  writer.write('one\n')

  writer.close()
  writer.close()
  writer.write('two\n')

  expect(writer.writeLast('bye\n', 20)).toBe(false)
  expect(target).toMatchObject({ text: '', isClosed: true })
  expect(writer.counts).toMatchObject({ discardedLines: 3, bufferedLines: 0 })
  expect([listeners() - before, clock.pending]).toEqual([0, 0])
})

test('a flush that waits resolves when the log is closed', async () => {
  const { writer } = makeWriter(0)
  writer.write('one\n')
  const flushed = writer.flush(60_000)

  writer.close()

  await expect(flushed).resolves.toBeUndefined()
})
