import { once } from 'node:events'
import { Queue, Worker } from 'bullmq'
import { createService } from 'seaworthy'
import { bullmq } from 'seaworthy/bullmq'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { quiet } from '../service/open-service.ts'
import { restartWorkers } from './rolling-restart.ts'
import { startRedis } from './servers/redis.ts'
import type { RunningServer } from './servers/start-server.ts'
import type { Task } from './services/do-task.ts'
import { startSystemService } from './start-system-service.ts'
import { openTaskLedger } from './task-ledger.ts'

const CLEAN = { code: 0, signal: null }

let server: RunningServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

async function openQueue(name: string) {
  await using stack = new AsyncDisposableStack()
  const ledger = stack.use(await openTaskLedger())
  const queue = new Queue(name, { connection: { host: '127.0.0.1', port: server.port } })
  stack.defer(() => queue.close())
  const owned = stack.move()
  return {
    queue,
    ledger,
    send: (task: Task) => queue.add('mail', task, { jobId: task.id }),
    startWorker: (env: Readonly<Record<string, string>> = {}) =>
      startSystemService('bullmq-worker', { PORT: String(server.port), QUEUE: name, LEDGER: ledger.path, ...env }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('rolling restarts of two workers: every job is done once, and none is lost or stalls', async () => {
  await using jobs = await openQueue('rolling')
  const count = 300
  const exits = await restartWorkers(
    3,
    { count, send: (index) => jobs.send({ id: `m${index}`, takesMs: 40 }) },
    jobs.startWorker,
    () => jobs.ledger.whenDone(count),
  )
  expect(exits).toEqual(Array.from({ length: 8 }, () => CLEAN))
  const ids = Array.from({ length: count }, (_, index) => `m${index}`).toSorted()
  expect(jobs.ledger.ids('done')).toEqual(ids)
  expect(jobs.ledger.ids('begun')).toEqual(ids)
  expect(await jobs.queue.getJobCounts()).toMatchObject({ completed: count, active: 0, waiting: 0, failed: 0 })
})

describe('a job that takes longer than its slice', () => {
  test.each([
    ['gives up at the soft deadline', false, CLEAN],
    ['is deaf', true, { code: 1, signal: null }],
  ])('and %s goes back, is done by the other worker, and no attempt is used up', async (_how, isDeaf, end) => {
    await using jobs = await openQueue(`long-${isDeaf}`)
    await using first = await jobs.startWorker({ IN_FLIGHT: '1s', CONCURRENCY: '1' })
    await jobs.send({ id: 'long', takesMs: 50_000, againMs: 1, isDeaf })
    await first.line('begun long')
    await using second = await jobs.startWorker()
    first.kill('SIGTERM')
    await second.line('begun long')
    await jobs.ledger.whenDone(1)

    expect(await first.exit).toEqual(end)
    expect(jobs.ledger.ids('begun')).toEqual(['long', 'long'])
    expect(jobs.ledger.ids('done')).toEqual(['long'])
    expect(jobs.ledger.ids('cut')).toEqual(isDeaf ? [] : ['long'])
    expect(first.report()['aborted']).toHaveLength(isDeaf ? 1 : 0)
    // BullMQ has taken it as what it is: neither done nor failed, nor a lock that was lost.
    expect(first.lines.filter((line) => line.includes('BullMQ worker'))).toEqual([])
    second.kill('SIGTERM')
    expect(await second.exit).toEqual(CLEAN)
    const job = await jobs.queue.getJob('long')
    expect(await job?.getState()).toBe('completed')
    expect(job).toMatchObject({ attemptsMade: 1, stalledCounter: 0 })
  })
})

test('an idle worker takes no job that comes after the announcement', async () => {
  await using jobs = await openQueue('idle')
  await using first = await jobs.startWorker()
  // A job that holds the shutdown open: the worker is paused, and waits.
  await jobs.send({ id: 'held', takesMs: 1500 })
  await first.line('begun held')
  first.kill('SIGTERM')
  await first.line('received SIGTERM')
  await jobs.send({ id: 'late', takesMs: 1 })
  expect(await first.exit).toEqual(CLEAN)
  expect(jobs.ledger.ids('begun')).toEqual(['held'])
  expect(await jobs.queue.getJobCounts()).toMatchObject({ waiting: 1, active: 0 })
})

test('a worker outlives an outage of Redis, and then takes work again', async () => {
  const before = await startRedis()
  await using ledger = await openTaskLedger()
  await using worker = await startSystemService('bullmq-worker', {
    PORT: String(before.port),
    QUEUE: 'outage',
    LEDGER: ledger.path,
  })
  await before[Symbol.asyncDispose]()
  await worker.line('ECONNREFUSED')
  await using after = await startRedis(before.port)
  const queue = new Queue('outage', { connection: { host: '127.0.0.1', port: after.port } })
  onTestFinished(() => queue.close())
  await queue.add('mail', { id: 'after', takesMs: 1 } satisfies Task)
  await ledger.whenDone(1)
  worker.kill('SIGTERM')
  expect(await worker.exit).toEqual(CLEAN)
})

test('a worker whose processor calls ours, without a process: its first job fails, and it takes no other', async () => {
  await using jobs = await openQueue('no-process')
  const connection = { host: '127.0.0.1', port: server.port }
  await using service = createService(quiet())
  const calls: unknown[] = []
  const worker = service.consumer(
    'mails',
    bullmq({
      worker: (processor) =>
        new Worker('no-process', (job, token) => (calls.push(job.id), processor(job, token)), { connection }),
    }),
  )
  let paused: Promise<unknown> | undefined
  service.task('watch', {
    needs: { running: worker },
    run: async ({ running }) => (paused = once(running.worker as Worker, 'paused')),
  })
  await service.start()
  for (const id of ['first', 'second', 'third']) await jobs.send({ id, takesMs: 1 })
  await paused
  expect(await service.stop()).toMatchObject({ clean: true })
  expect(calls).toEqual(['first'])
  expect(await jobs.queue.getJobCounts()).toMatchObject({ waiting: 2, active: 0, failed: 1, completed: 0 })
})
