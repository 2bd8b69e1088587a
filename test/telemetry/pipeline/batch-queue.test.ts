import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { BatchQueue, type BatchQueueOptions } from '../../../src/telemetry/pipeline/batch-queue.ts'
import type { QueueTrouble } from '../../../src/telemetry/pipeline/queue-trouble.ts'
import type { ExportOutcome } from '../../../src/telemetry/pipeline/export-outcome.ts'

/** An exporter whose exports end when a test says so. */
class HeldExports {
  readonly batches: number[][] = []
  readonly signals: AbortSignal[] = []
  #done: ((outcome: ExportOutcome) => void)[] = []

  readonly exportBatch = (
    batch: readonly number[],
    done: (outcome: ExportOutcome) => void,
    signal: AbortSignal,
  ): void => {
    this.batches.push([...batch])
    this.signals.push(signal)
    this.#done.push(done)
  }

  end(index: number, outcome: ExportOutcome = { kind: 'delivered' }): void {
    this.#done[index]?.(outcome)
  }
}

interface Setup {
  readonly clock: ManualClock
  readonly held: HeldExports
  readonly queue: BatchQueue<number>
  readonly troubles: QueueTrouble[]
}

function setUp(
  limits: Partial<BatchQueueOptions<number>['limits']> = {},
  options: Partial<BatchQueueOptions<number>> = {},
): Setup {
  const clock = new ManualClock()
  const held = new HeldExports()
  const troubles: QueueTrouble[] = []
  const queue = new BatchQueue<number>({
    clock,
    limits: { maxQueueSize: 10, maxBatchSize: 3, scheduleDelayMs: 1000, exportTimeoutMs: 30_000, ...limits },
    exportBatch: held.exportBatch,
    random: () => 1,
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
  })
  return { clock, held, queue, troubles }
}

function add(queue: BatchQueue<number>, ...items: number[]): void {
  for (const item of items) queue.add(item)
}

test('a batch that is not full waits for the delay, and not one millisecond longer', async () => {
  const { clock, held, queue } = setUp()
  add(queue, 1, 2)

  await clock.advance(999)
  expect(held.batches).toEqual([])
  await clock.advance(1)
  expect(held.batches).toEqual([[1, 2]])
})

test('a full batch is sent in the next turn of the event loop, never inside of add()', async () => {
  const { clock, held, queue } = setUp()
  add(queue, 1, 2, 3)

  expect(held.batches).toEqual([])
  await clock.advance(0)
  expect(held.batches).toEqual([[1, 2, 3]])
})

test('one export is on its way at a time, and the next follows when it ends', async () => {
  const { clock, held, queue } = setUp()
  add(queue, 1, 2, 3, 4, 5, 6)
  await clock.advance(0)
  await clock.advance(5000)
  expect(held.batches).toEqual([[1, 2, 3]])

  held.end(0)
  await clock.advance(0)
  expect(held.batches).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ])
})

test('what is on its way counts as part of the queue, and beyond its size the newest is dropped', async () => {
  const { clock, held, queue, troubles } = setUp({ maxQueueSize: 4 })
  add(queue, 1, 2, 3)
  await clock.advance(0)
  add(queue, 4, 5, 6)
  held.end(0)
  await clock.advance(1000)
  held.end(1)
  await clock.advance(0)

  expect(held.batches).toEqual([[1, 2, 3], [4]])
  expect(queue.account).toEqual({
    created: 6,
    delivered: 4,
    rejected: 0,
    dropped: { queue_full: 2 },
    spooled: 0,
    pending: 0,
  })
  expect(troubles).toEqual([
    { kind: 'dropped', reason: 'queue_full', count: 1 },
    { kind: 'dropped', reason: 'queue_full', count: 1 },
  ])
})

test('a failed batch is sent again, in order, after 1 s, 2 s, 4 s …, and then the rest without delay', async () => {
  const { clock, held, queue, troubles } = setUp()
  add(queue, 1, 2, 3, 4)
  await clock.advance(0)
  held.end(0, { kind: 'retry', reason: 'HTTP 503' })
  await clock.advance(999)
  expect(held.batches).toHaveLength(1)
  await clock.advance(1)
  held.end(1, { kind: 'retry', reason: 'HTTP 503' })
  await clock.advance(1999)
  expect(held.batches).toHaveLength(2)
  await clock.advance(1)
  held.end(2)
  await clock.advance(1000)

  expect(held.batches).toEqual([[1, 2, 3], [1, 2, 3], [1, 2, 3], [4]])
  expect(queue.account).toMatchObject({ created: 4, delivered: 3, pending: 1 })
  expect(troubles.map((trouble) => trouble.kind)).toEqual(['retrying', 'retrying', 'recovered'])
})

test('items that arrive do not cut the pause after a failure short', async () => {
  const jitter = [1]
  const { clock, held, queue } = setUp({}, { random: () => jitter.shift() ?? 0 })
  add(queue, 1)
  await clock.advance(1000)
  held.end(0, { kind: 'retry', reason: 'down' })
  await clock.advance(0)
  add(queue, 2, 3, 4, 5)

  await clock.advance(999)
  expect(held.batches).toHaveLength(1)
  await clock.advance(1)
  expect(held.batches).toEqual([[1], [1, 2, 3]])
})

test('the time that a collector asks for is kept, up to five minutes', async () => {
  const { clock, held, queue } = setUp()
  add(queue, 1)
  await clock.advance(1000)
  held.end(0, { kind: 'retry', reason: 'busy', retryAfterMs: 60_000 })
  await clock.advance(59_999)
  expect(held.batches).toHaveLength(1)
  await clock.advance(1)
  expect(held.batches).toHaveLength(2)
  held.end(1, { kind: 'retry', reason: 'busy', retryAfterMs: 86_400_000 })
  await clock.advance(300_000)
  expect(held.batches).toHaveLength(3)
})

test('a refused batch is dropped and counted, and the next one goes out', async () => {
  const { clock, held, queue, troubles } = setUp()
  add(queue, 1, 2, 3, 4)
  await clock.advance(0)
  held.end(0, { kind: 'refused', reason: 'HTTP 400' })
  await clock.advance(1000)
  held.end(1)
  await clock.advance(0)

  expect(queue.account).toEqual({
    created: 4,
    delivered: 1,
    rejected: 0,
    dropped: { refused: 3 },
    spooled: 0,
    pending: 0,
  })
  expect(troubles).toEqual([{ kind: 'dropped', reason: 'refused', count: 3, detail: 'HTTP 400' }])
})

test('what a collector rejects of a batch is not called delivered', async () => {
  const { clock, held, queue, troubles } = setUp()
  add(queue, 1, 2, 3)
  await clock.advance(0)
  held.end(0, { kind: 'delivered', rejectedCount: 2, message: 'too old' })
  await clock.advance(0)

  expect(queue.account).toEqual({ created: 3, delivered: 1, rejected: 2, dropped: {}, spooled: 0, pending: 0 })
  expect(troubles).toEqual([{ kind: 'rejected', count: 2, detail: 'too old' }])
})

test('an exporter that throws costs its batch and nothing else', async () => {
  const { clock, queue } = setUp(
    {},
    {
      exportBatch: (batch, done) => {
        if (batch.includes(1)) throw new Error('cannot encode')
        done({ kind: 'delivered' })
      },
    },
  )
  add(queue, 1, 2, 3, 4)
  await clock.advance(1000)

  expect(queue.account).toEqual({
    created: 4,
    delivered: 1,
    rejected: 0,
    dropped: { failed: 3 },
    spooled: 0,
    pending: 0,
  })
})

test('an export without a result is given up at its limit, tried again, and its late result counts for nothing', async () => {
  const { clock, held, queue } = setUp({ exportTimeoutMs: 5000 })
  add(queue, 1)
  await clock.advance(1000)
  await clock.advance(5000)
  expect(held.signals[0]?.aborted).toBe(true)
  await clock.advance(1000)
  expect(held.batches).toEqual([[1], [1]])

  held.end(0)
  await clock.advance(0)
  expect(queue.account).toMatchObject({ delivered: 0, pending: 1 })
  held.end(1)
  held.end(1)
  await clock.advance(0)
  expect(queue.account).toEqual({ created: 1, delivered: 1, rejected: 0, dropped: {}, spooled: 0, pending: 0 })
})

test('a drain waits for what is on its way and sends the rest at once', async () => {
  const { clock, held, queue } = setUp()
  add(queue, 1, 2, 3)
  await clock.advance(0)
  add(queue, 4)

  const drained = queue.drain(5000)
  await clock.advance(10)
  held.end(0)
  await clock.advance(10)
  held.end(1)

  expect(await drained).toBe(true)
  expect(held.batches).toEqual([[1, 2, 3], [4]])
  expect(clock.pending).toBe(0)
})

test('a drain cuts a pause after failures short and tries until its limit', async () => {
  const { clock, held, queue } = setUp()
  add(queue, 1)
  await clock.advance(1000)
  held.end(0, { kind: 'retry', reason: 'down', retryAfterMs: 60_000 })
  await clock.advance(0)

  const drained = queue.drain(5000)
  await clock.advance(0)
  expect(held.batches).toHaveLength(2)
  held.end(1, { kind: 'retry', reason: 'down', retryAfterMs: 60_000 })
  await clock.advance(100)
  expect(held.batches).toHaveLength(3)
  held.end(2)
  await clock.advance(0)

  expect(await drained).toBe(true)
})

test('close() ends at its limit although the exporter hangs, and the loss is in the books', async () => {
  const { clock, held, queue } = setUp()
  add(queue, 1, 2, 3, 4)
  await clock.advance(0)

  const closed = queue.close(2000)
  await clock.advance(2000)
  await closed

  expect(held.signals[0]?.aborted).toBe(true)
  expect(queue.account).toEqual({
    created: 4,
    delivered: 0,
    rejected: 0,
    dropped: { flush_limit: 4 },
    spooled: 0,
    pending: 0,
  })
  held.end(0)
  add(queue, 5)
  await clock.advance(100_000)
  expect(held.batches).toHaveLength(1)
  expect(queue.account.dropped).toEqual({ flush_limit: 4, closed: 1 })
})

test('items can weigh more than one, as metrics do with their data points', async () => {
  const { clock, held, queue } = setUp({ maxQueueSize: 2, maxBatchSize: 1 }, { weigh: (item) => item })
  add(queue, 10, 20, 30)
  await clock.advance(0)
  held.end(0)
  await clock.advance(0)

  expect(queue.account).toEqual({
    created: 60,
    delivered: 10,
    rejected: 0,
    dropped: { queue_full: 30 },
    spooled: 0,
    pending: 20,
  })
})

test('neither the export nor a warning runs in the context of whoever added an item', async () => {
  const storage = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const { queue } = setUp(
    { maxQueueSize: 1, scheduleDelayMs: 1 },
    {
      // A timer of Node, because it is those that keep a context.
      clock: systemClock,
      exportBatch: (_batch, done) => {
        seen.push(['export', storage.getStore()])
        done({ kind: 'delivered' })
      },
      onTrouble: () => seen.push(['warning', storage.getStore()]),
    },
  )
  storage.run('a request', () => add(queue, 1, 2))
  await vi.waitFor(() => expect(seen).toHaveLength(2))

  expect(seen).toEqual([
    ['warning', undefined],
    ['export', undefined],
  ])
})

test('a listener that throws does not reach whoever adds', () => {
  const { queue } = setUp(
    { maxQueueSize: 1 },
    {
      onTrouble: () => {
        throw new Error('broken listener')
      },
    },
  )
  expect(() => add(queue, 1, 2)).not.toThrow()
})

test('the failure of the latest attempt is known until an attempt delivers', async () => {
  const { clock, held, queue } = setUp({ exportTimeoutMs: 3_600_000 })
  const known: (string | undefined)[] = [queue.failure]
  const outcomes: readonly ExportOutcome[] = [
    { kind: 'retry', reason: 'away' },
    { kind: 'refused', reason: 'not like this' },
    { kind: 'delivered' },
  ]
  for (const [index, outcome] of outcomes.entries()) {
    add(queue, index)
    await clock.advance(60_000)
    held.end(index, outcome)
    await clock.advance(0)
    known.push(queue.failure)
  }
  expect(known).toEqual([undefined, 'away', 'not like this', undefined])
})

test('close() gives up with the first refused connection where nobody asked for a collector', async () => {
  const { clock, held, queue } = setUp({ maxBatchSize: 2 }, { isUnasked: () => true })
  add(queue, 1, 2, 3)
  const closed = queue.close(60_000)
  await clock.advance(0)
  held.end(0, { kind: 'retry', reason: 'ECONNREFUSED', isNobodyThere: true })
  await clock.advance(0)
  await closed

  expect(held.batches).toHaveLength(1)
  expect(queue.account).toEqual({
    created: 3,
    delivered: 0,
    rejected: 0,
    dropped: { no_collector: 3 },
    spooled: 0,
    pending: 0,
  })
})

test.for([
  { what: 'one that was asked for', isUnasked: false, isNobodyThere: true },
  { what: 'one that took the connection', isUnasked: true, isNobodyThere: false },
])('close() tries again to its limit to reach a collector: $what', async ({ isUnasked, isNobodyThere }) => {
  const { clock, held, queue } = setUp({}, { isUnasked: () => isUnasked })
  add(queue, 1)
  const closed = queue.close(2000)
  await clock.advance(0)
  held.end(0, { kind: 'retry', reason: 'away', isNobodyThere })
  await clock.advance(1000)
  expect(held.batches).toHaveLength(2)
  await clock.advance(1000)
  await closed

  expect(queue.account.dropped).toEqual({ flush_limit: 1 })
})

test('a drain that is not the last one tries again, whoever asked', async () => {
  const { clock, held, queue } = setUp({}, { isUnasked: () => true })
  add(queue, 1)
  const drained = queue.drain(2000)
  await clock.advance(0)
  held.end(0, { kind: 'retry', reason: 'ECONNREFUSED', isNobodyThere: true })
  await clock.advance(1000)
  held.end(1)
  await clock.advance(0)

  expect(await drained).toBe(true)
})
