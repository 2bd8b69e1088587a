import type { ConsumerDefinition, Service, ShutdownReport, Work, WorkContext } from 'seaworthy'
import { expect, expectTypeOf, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { gate, quietService } from './open-service.ts'

/** A queue in memory: jobs are pushed to it by hand. */
class Queue {
  readonly events: string[] = []
  readonly #work: Work
  isPaused = false

  constructor(work: Work) {
    this.#work = work
  }

  /** Runs a job that says when it begins and ends. */
  push(name: string, job: (context: WorkContext) => unknown): Promise<unknown> {
    this.events.push(`${name} begins`)
    return this.#work.run(name, async (context) => {
      try {
        await job(context)
        this.events.push(`${name} done`)
      } catch (error) {
        this.events.push(`${name} failed: ${(error as Error).message}`)
        throw error
      }
    })
  }
}

const never = (): Promise<never> => new Promise(() => {})

/** Ends when it is told to. */
const obedient = ({ signal }: WorkContext): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

/** A started service with one consumer, `mail`, on a clock that stands still; 10 s are for what is in flight. */
async function startConsumer(over: Partial<ConsumerDefinition<unknown, Queue>> = {}): Promise<{
  service: Service
  clock: ManualClock
  queue: Queue
}> {
  const clock = new ManualClock()
  const service = quietService({ clock, admin: false, shutdown: { drainDelay: 0, inFlight: 10_000 } })
  let queue: Queue | undefined
  const db = service.resource('db', { start: () => 1, stop: () => void queue?.events.push('db stopped') })
  service.consumer('mail', {
    needs: { db },
    start: ({ work }) => (queue = new Queue(work)),
    pause: (each) => {
      each.isPaused = true
    },
    stop: (each) => void each.events.push('stopped'),
    ...over,
  })
  await service.start()
  return { service, clock, queue: queue as unknown as Queue }
}

/** Moves the clock until the shutdown is over. */
async function end(stopped: Promise<ShutdownReport>, clock: ManualClock): Promise<ShutdownReport> {
  let isOver = false
  void stopped.finally(() => (isOver = true))
  while (!isOver) await clock.advance(100)
  return stopped
}

const finishOf = ({ phases }: ShutdownReport): unknown =>
  phases.find(({ phase }) => phase === 'finish')?.hooks.find(({ name }) => name === 'mail')

test('a consumer takes nothing new as soon as a shutdown is announced, and its jobs end before it stops and before what it needs', async () => {
  const { service, clock, queue } = await startConsumer()
  const job = gate()
  void queue.push('letter', () => job.promise)
  const stopped = service.stop()
  await clock.advance(0)
  expect(queue.isPaused).toBe(true)
  await clock.advance(5000)
  job.resolve()
  expect(await end(stopped, clock)).toMatchObject({ clean: true, aborted: [] })
  expect(queue.events).toEqual(['letter begins', 'letter done', 'stopped', 'db stopped'])
})

test('pausing may take its time, and what still comes meanwhile is waited for', async () => {
  const paused = gate()
  const { service, clock, queue } = await startConsumer({ pause: () => paused.promise })
  const stopped = service.stop()
  await clock.advance(1000)
  const late = gate()
  void queue.push('late', () => late.promise)
  paused.resolve()
  await clock.advance(1000)
  expect(queue.events).toEqual(['late begins'])
  late.resolve()
  expect((await end(stopped, clock)).clean).toBe(true)
  expect(queue.events).toEqual(['late begins', 'late done', 'stopped', 'db stopped'])
})

test('at the soft deadline jobs are told to end, and what was taken is given back: that is a clean end', async () => {
  const { service, clock, queue } = await startConsumer({
    giveBack: (each) => void each.events.push('given back'),
  })
  queue.push('letter', obedient).catch(() => {})
  const stopped = service.stop()
  await clock.advance(7999)
  expect(queue.events).toEqual(['letter begins'])
  await clock.advance(1)
  expect(queue.events).toEqual([
    'letter begins',
    'given back',
    'letter failed: "mail" is shutting down',
    'stopped',
    'db stopped',
  ])
  expect(await end(stopped, clock)).toMatchObject({ clean: true, aborted: [] })
})

test('nothing is given back when nothing is in flight', async () => {
  const { service, clock, queue } = await startConsumer({
    pause: never,
    giveBack: (each) => void each.events.push('given back'),
  })
  await end(service.stop(), clock)
  expect(queue.events).toEqual(['stopped', 'db stopped'])
})

test('a job that outlasts its slice is abandoned and named; the consumer and what it needs still stop', async () => {
  const { service, clock, queue } = await startConsumer()
  void queue.push('letter', never)
  const report = await end(service.stop(), clock)
  expect(report).toMatchObject({ clean: false, aborted: ['mail: letter after 9.5s'] })
  expect(queue.events).toEqual(['letter begins', 'stopped', 'db stopped'])
})

test('of very many abandoned jobs the oldest are named and the rest is counted', async () => {
  const { service, clock, queue } = await startConsumer()
  for (let index = 0; index < 50; index++) void queue.push(`letter ${index}`, never)
  const { aborted } = await end(service.stop(), clock)
  expect(aborted).toHaveLength(21)
  expect([aborted[0], aborted.at(-1)]).toEqual(['mail: letter 0 after 9.5s', 'mail: 30 more'])
})

test('the report counts the jobs of a consumer since its start, by what became of them', async () => {
  const { service, clock, queue } = await startConsumer()
  await queue.push('done', () => {})
  await queue.push('failed', () => Promise.reject(new Error('no'))).catch(() => {})
  queue.push('interrupted', obedient).catch(() => {})
  void queue.push('abandoned', never)
  const { figures } = await end(service.stop(), clock)
  expect(figures).toEqual({
    mail: { inFlightAtAnnounce: 2, jobs: 4, done: 1, failed: 2, interrupted: 1, abandoned: 1 },
  })
})

test('a job that comes when the consumer has ended is refused, not begun', async () => {
  const { service, clock, queue } = await startConsumer()
  await end(service.stop(), clock)
  let isBegun = false
  await expect(queue.push('late', () => (isBegun = true))).rejects.toMatchObject({ code: 'SEA_WORK_REFUSED' })
  expect(isBegun).toBe(false)
})

test('a job that comes after the soft deadline is refused, and a consumer that goes on taking does not block the shutdown', async () => {
  const { service, clock, queue } = await startConsumer({ pause: () => Promise.reject(new Error('no channel')) })
  queue.push('letter', obedient).catch(() => {})
  const stopped = service.stop()
  await clock.advance(7999)
  let refusals = 0
  const goOn = async (): Promise<void> => {
    while (service.state !== 'stopped') {
      await queue.push('next', obedient).catch(({ code }: { code?: string }) => {
        if (code === 'SEA_WORK_REFUSED') refusals++
      })
    }
  }
  const going = goOn()
  await end(stopped, clock)
  await going
  expect(refusals).toBeGreaterThan(0)
  expect(queue.events).toContain('db stopped')
})

test.each([
  [
    'throws',
    () => {
      throw new Error('no channel')
    },
    'pause failed: no channel',
  ],
  ['rejects', () => Promise.reject(new Error('no channel')), 'pause failed: no channel'],
  ['never ends', never, 'pause did not end in time'],
])('a pause that %s is reported; the jobs are waited for, and the consumer stops', async (_way, pause, message) => {
  const { service, clock, queue } = await startConsumer({ pause })
  const job = gate()
  void queue.push('letter', () => job.promise)
  const stopped = service.stop()
  await clock.advance(3000)
  job.resolve()
  const report = await end(stopped, clock)
  expect(report.clean).toBe(false)
  expect(finishOf(report)).toMatchObject({ outcome: 'failed', error: { code: 'SEA_SHUTDOWN_FAILED', message } })
  expect(queue.events).toEqual(['letter begins', 'letter done', 'stopped', 'db stopped'])
})

test.each([
  ['fails', () => Promise.reject(new Error('broker gone')), 'giveBack failed: broker gone'],
  ['never ends', never, 'giveBack did not end in time'],
])('giving back that %s is reported, and costs no more than the slice', async (_way, giveBack, message) => {
  const { service, clock, queue } = await startConsumer({ giveBack })
  queue.push('letter', obedient).catch(() => {})
  const report = await end(service.stop(), clock)
  expect(finishOf(report)).toMatchObject({ outcome: 'failed', error: { message } })
  expect(queue.events).toContain('db stopped')
})

test('giving back may end the jobs itself, and its signal is aborted when there is no time left', async () => {
  const job = gate()
  const aborted: boolean[] = []
  const { service, clock, queue } = await startConsumer({
    async giveBack(_queue, { signal }) {
      aborted.push(signal.aborted)
      job.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      aborted.push(signal.aborted)
    },
  })
  void queue.push('letter', () => job.promise)
  await end(service.stop(), clock)
  expect(aborted).toEqual([false, true])
  expect(queue.events).toContain('letter done')
})

test('a job that fails is the caller’s affair: the service goes on', async () => {
  const { service, clock, queue } = await startConsumer()
  await expect(queue.push('letter', () => Promise.reject(new Error('no such street')))).rejects.toThrow(
    'no such street',
  )
  expect(service.state).toBe('ready')
  expect((await end(service.stop(), clock)).clean).toBe(true)
})

test('a consumer’s check decides on readiness like that of a resource', async () => {
  const service = quietService()
  let isConnected = true
  service.consumer('mail', {
    start: () => 1,
    pause: () => {},
    check: () => {
      if (!isConnected) throw new Error('no broker')
    },
  })
  await service.start()
  expect(service.health.report('ready').checks['mail']).toMatchObject({ status: 'healthy', critical: true })
  isConnected = false
  await service.stop()
  expect(service.health.report('ready').checks['mail']).toBeUndefined()
})

test('a consumer must say how it is paused, and "work" is no name of a need', () => {
  const service = quietService()
  const work = service.resource('work', { start: () => 1 })
  expect(() => service.consumer('mail', { start: () => 1 } as never)).toThrow('"pause" is required: a function')
  expect(() => service.consumer('mail', { needs: { work }, start: () => 1, pause: () => {} })).toThrow(
    '"needs.work" has a name that the context uses itself',
  )
  expect(() => service.resource('background', { start: () => 1 })).toThrow(
    'the name "background" belongs to service.background()',
  )
})

test('a consumer is a need like any other, with the type of its value', async () => {
  const service = quietService()
  const mail = service.consumer('mail', { start: () => 'mail@example.com', pause: () => {} })
  let seen: string | undefined
  service.task('user', {
    needs: { mail },
    run: async (context) => {
      expectTypeOf(context.mail).toBeString()
      seen = context.mail
    },
  })
  await service.start()
  expect(seen).toBe('mail@example.com')
  await service.stop()
})
