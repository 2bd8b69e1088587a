import { createService, type ConsumerDefinition, type Service } from 'seaworthy'
import { cron, every, type RunningSchedule } from 'seaworthy/schedule'
import { ManualClock } from 'seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'

async function start(definition: ConsumerDefinition<unknown, RunningSchedule>): Promise<Service> {
  const service = createService({
    name: 'timer',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
    shutdown: { drainDelay: 0, inFlight: '1s', stop: '1s', flush: '100ms', margin: '100ms' },
  })
  service.consumer('timer', definition)
  onTestFinished(async () => void (await service.stop()))
  await service.start()
  return service
}

test('the first run is one interval after the start, the next ones each an interval later', async () => {
  const clock = new ManualClock()
  const at: number[] = []
  const service = await start(every('10s', () => at.push(clock.now()), { clock }))
  await clock.advance(9999)
  expect(at).toEqual([])
  await clock.advance(20_001)
  expect(at).toEqual([10_000, 20_000, 30_000])
  await service.stop()
  await clock.advance(60_000)
  expect(at).toHaveLength(3)
  expect(clock.pending).toBe(0)
})

test('atStart runs at once, too', async () => {
  const clock = new ManualClock()
  const at: number[] = []
  await start(every(1000, () => at.push(clock.now()), { clock, atStart: true }))
  await clock.advance(1000)
  expect(at).toEqual([0, 1000])
})

test('beats that were missed are not made up for, and the later ones keep their time', async () => {
  const clock = new ManualClock()
  let aheadMs = 0
  const late = { now: () => clock.now() + aheadMs, schedule: clock.schedule.bind(clock) }
  const at: number[] = []
  await start(every('1m', () => at.push(late.now()), { clock: late }))
  await clock.advance(60_000)
  // The loop was blocked, or the machine slept, for an hour and a half minute.
  aheadMs = 3_630_000
  await clock.advance(90_000)
  expect(at).toEqual([60_000, 3_750_000, 3_780_000])
})

test('a beat that comes while a run is under way is left out, and counted', async () => {
  const clock = new ManualClock()
  const gate = Promise.withResolvers<void>()
  let runs = 0
  let running: RunningSchedule | undefined
  const definition = every('1s', () => (runs++, gate.promise), { clock })
  await start({ ...definition, start: async (context) => (running = await definition.start(context)) })
  await clock.advance(3000)
  expect({ runs, leftOut: running?.runs.leftOut }).toEqual({ runs: 1, leftOut: 2 })
  gate.resolve()
  await clock.advance(1000)
  expect(runs).toBe(2)
})

test('with overlap it is not left out', async () => {
  const clock = new ManualClock()
  const gate = Promise.withResolvers<void>()
  let runs = 0
  await start(every('1s', () => (runs++, gate.promise), { clock, overlap: true }))
  await clock.advance(3000)
  expect(runs).toBe(3)
  gate.resolve()
})

test('a run that fails does not end the service: the check is degraded until one succeeds', async () => {
  const clock = new ManualClock()
  let fails = true
  let running: RunningSchedule | undefined
  const definition = every(
    '1s',
    () => {
      if (fails) throw new Error('the disk is full')
    },
    { clock },
  )
  const service = await start({ ...definition, start: async (context) => (running = await definition.start(context)) })
  await clock.advance(1000)
  expect(service.state).toBe('ready')
  expect(running?.runs.check()).toEqual({ status: 'degraded', message: 'the latest run failed: the disk is full' })
  fails = false
  await clock.advance(1000)
  expect(running?.runs.check()).toBeUndefined()
  const report = await service.stop()
  expect(report.figures['timer']).toMatchObject({ jobs: 2, done: 1, failed: 1 })
})

test.each([['soon'], [0], [-1], [Number.NaN], ['25d']])('an interval of %s is refused at once', (interval) => {
  expect(() => every(interval, () => {})).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining('every(): the interval') }),
  )
})

test('a timer that calls once more after it was stopped does nothing', async () => {
  let tick = async (): Promise<void> => {}
  let stops = 0
  let runs = 0
  const service = await start(
    cron({
      schedule: (ours) => {
        tick = ours
        return { stop: () => stops++, destroy: async () => stops++ }
      },
      run: () => runs++,
    }),
  )
  await tick()
  await service.stop()
  await tick()
  expect({ runs, stops }).toEqual({ runs: 1, stops: 2 })
})
