import { createServer } from 'node:http'
import type { ShutdownReport, WorkContext } from 'seaworthy'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { gate, quietService } from './open-service.ts'

const never = (): Promise<never> => new Promise(() => {})

function frozen() {
  const clock = new ManualClock()
  return { clock, service: quietService({ clock, admin: false, shutdown: { drainDelay: 0, inFlight: 10_000 } }) }
}

async function end(stopped: Promise<ShutdownReport>, clock: ManualClock): Promise<ShutdownReport> {
  let isOver = false
  void stopped.finally(() => (isOver = true))
  while (!isOver) await clock.advance(100)
  return stopped
}

test('a promise in the background is waited for before resources stop, and its result is the caller’s', async () => {
  const { clock, service } = frozen()
  const events: string[] = []
  service.resource('db', { start: () => 1, stop: () => void events.push('db stopped') })
  await service.start()
  const receipt = gate()
  const sent = service.background('send receipt', async () => {
    await receipt.promise
    events.push('sent')
    return 42
  })
  const stopped = service.stop()
  await clock.advance(5000)
  receipt.resolve()
  expect(await sent).toBe(42)
  expect((await end(stopped, clock)).clean).toBe(true)
  expect(events).toEqual(['sent', 'db stopped'])
})

test('what a request in flight begins while the service drains is waited for, too', async () => {
  const events: string[] = []
  const service = quietService({ shutdown: { drainDelay: 0, inFlight: 10_000 } })
  const arrived = gate()
  const answer = gate()
  const receipt = gate()
  let isBegun = false
  const web = service.listener('web', {
    start: () =>
      createServer((_request, response) => {
        arrived.resolve()
        void answer.promise.then(() => {
          void service.background('send receipt', async () => {
            isBegun = true
            await receipt.promise
            events.push('sent')
          })
          response.end()
        })
      }),
  })
  service.resource('db', { start: () => 1, stop: () => void events.push('db stopped') })
  await service.start()
  const request = fetch(service.address(web)?.url ?? '')
  await arrived.promise
  const stopped = service.stop()
  while (service.state !== 'stopping') await new Promise(setImmediate)
  answer.resolve()
  await (await request).text()
  expect(isBegun).toBe(true)
  receipt.resolve()
  expect((await stopped).clean).toBe(true)
  expect(events).toEqual(['sent', 'db stopped'])
})

test('work in the background is told at the soft deadline, and abandoned and named at the end of its slice', async () => {
  const { clock, service } = frozen()
  await service.start()
  const told: string[] = []
  service
    .background('obedient', async ({ signal }: WorkContext) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      told.push(`at ${clock.now()}`)
    })
    .catch(() => {})
  void service.background('endless', never)
  const report = await end(service.stop(), clock)
  expect(told).toEqual(['at 8000'])
  expect(report.figures).toEqual({
    background: { jobs: 2, done: 1, failed: 0, interrupted: 0, abandoned: 1 },
  })
  expect(report).toMatchObject({ clean: false, aborted: ['background: endless after 9.5s'] })
})

test('work that would begin when the service no longer waits is refused, not begun', async () => {
  const { clock, service } = frozen()
  let inStop: Promise<unknown> | undefined
  let isBegun = false
  service.resource('db', {
    start: () => 1,
    stop: () => {
      inStop = service.background('late', () => (isBegun = true))
      inStop.catch(() => {})
    },
  })
  await service.start()
  expect(await end(service.stop(), clock)).toMatchObject({ clean: true })
  await expect(inStop).rejects.toMatchObject({ code: 'SEA_WORK_REFUSED', message: expect.stringContaining('"late"') })
  expect(isBegun).toBe(false)
})

test('work may begin before the start, and a start that fails waits for it', async () => {
  const { clock, service } = frozen()
  const warm = gate()
  let isWarm = false
  void service.background('warm up', () => warm.promise.then(() => (isWarm = true)))
  service.resource('db', { start: () => Promise.reject(new Error('no route')) })
  const started = service.start()
  started.catch(() => {})
  await clock.advance(100)
  expect(service.state).not.toBe('failed')
  warm.resolve()
  await expect(started).rejects.toThrow('"db" did not start: no route')
  expect(isWarm).toBe(true)
})

test('work that follows other work is waited for, too', async () => {
  const { clock, service } = frozen()
  await service.start()
  const [first, second] = [gate(), gate()]
  const events: string[] = []
  void service
    .background('first', () => first.promise)
    .then(() =>
      service.background('second', async () => {
        await second.promise
        events.push('second done')
      }),
    )
  const stopped = service.stop()
  await clock.advance(1000)
  first.resolve()
  await clock.advance(1000)
  second.resolve()
  expect(await end(stopped, clock)).toMatchObject({ clean: true, aborted: [] })
  expect(events).toEqual(['second done'])
})

test('an error is the caller’s, and the service goes on', async () => {
  const { clock, service } = frozen()
  await service.start()
  const failing = service.background('x', () => {
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(service.state).toBe('ready')
  expect((await end(service.stop(), clock)).clean).toBe(true)
})

test.each([
  [['receipt'], 'a string and nothing'],
  [['receipt', Promise.resolve()], 'a string and a promise, which has begun already'],
  [[async () => {}], 'a function and nothing'],
])('what is not a name and a function is refused in words: %#', async (args, got) => {
  const service = quietService()
  await expect(
    (service.background as (...all: unknown[]) => Promise<unknown>).apply(service, args),
  ).rejects.toMatchObject({
    code: 'SEA_OPTIONS_INVALID',
    message: `Work needs a name and a function that begins it, got ${got}`,
  })
})
