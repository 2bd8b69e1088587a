import { expect, test } from 'vitest'
import { FinalFlush, type Flusher, processFinalFlush } from '../../src/core/final-flush.ts'

function flusher(name: string): Flusher {
  return { name, flush: async () => ({ complete: true, details: {} }) }
}

test('flushers come in the order in which they were added, and leave when taken out', () => {
  const final = new FinalFlush()
  const first = flusher('first')
  const second = flusher('second')
  const remove = final.add(first)
  final.add(second)
  expect(final.flushers).toEqual([first, second])
  remove()
  remove()
  expect(final.flushers).toEqual([second])
})

test('a flusher added twice is flushed once', () => {
  const final = new FinalFlush()
  const only = flusher('only')
  final.add(only)
  final.add(only)
  expect(final.flushers).toEqual([only])
})

test('the list taken at one moment does not change under the one who walks it', () => {
  const final = new FinalFlush()
  const remove = final.add(flusher('a'))
  const taken = final.flushers
  remove()
  expect(taken).toHaveLength(1)
})

test('from the beginning of a shutdown to its end, shutting telemetry down is deferred', () => {
  const final = new FinalFlush()
  expect(final.deferring).toBe(false)
  const end = final.beginShutdown()
  expect(final.deferring).toBe(true)
  end()
  expect(final.deferring).toBe(false)
})

test('with two shutdowns under way, it is deferred until both have ended; ending one twice counts once', () => {
  const final = new FinalFlush()
  const endFirst = final.beginShutdown()
  const endSecond = final.beginShutdown()
  endFirst()
  endFirst()
  expect(final.deferring).toBe(true)
  endSecond()
  expect(final.deferring).toBe(false)
})

test('the one of the process is empty until somebody adds to it', () => {
  expect(processFinalFlush.flushers).toEqual([])
  expect(processFinalFlush.deferring).toBe(false)
})
