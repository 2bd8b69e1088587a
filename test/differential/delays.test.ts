import { startReceiver, type TestReceiver } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { type RunningProgram, startProgram } from '../process/start-service.ts'

/* When a running service sends: the delays of the variables, with the stock SDK and with ours. */

const LIMIT_MS = 60_000
const PATIENCE = { timeout: '30s' } as const
const NAMES = ['stock', 'seaworthy'] as const

/** Runs until metrics were collected three times, long before they are by default. */
async function startStaying(
  name: string,
  receiver: TestReceiver,
  delayMs: number,
): Promise<RunningProgram & AsyncDisposable> {
  const running = startProgram(
    new URL('programs/stays.mjs', import.meta.url),
    {
      ...receiver.environment(),
      OTEL_SERVICE_NAME: 'stays',
      OTEL_BSP_SCHEDULE_DELAY: String(delayMs),
      OTEL_BLRP_SCHEDULE_DELAY: String(delayMs),
      OTEL_METRIC_EXPORT_INTERVAL: '200',
      OTEL_METRIC_EXPORT_TIMEOUT: '150',
    },
    { flags: ['--import', new URL(`programs/preload/${name}.mjs`, import.meta.url).href] },
  )
  await receiver.waitForMetric(
    { name: 'collections', where: (point) => point.type === 'sum' && Number(point.value) >= 3 },
    PATIENCE,
  )
  return running
}

test.for(NAMES)(
  '%s, short delays: spans and log records come while the program runs',
  { timeout: LIMIT_MS },
  async (name) => {
    await using receiver = await startReceiver()
    await using running = await startStaying(name, receiver, 100)
    await receiver.waitForSpan({ name: 'a span' }, PATIENCE)
    await receiver.waitForLog({ service: 'stays' }, PATIENCE)
    running.kill('SIGTERM')
    expect(await running.exit).toEqual({ code: 0, signal: null })
  },
)

test.for(NAMES)('%s, long delays: they come at the end', { timeout: LIMIT_MS }, async (name) => {
  await using receiver = await startReceiver()
  await using running = await startStaying(name, receiver, 60_000)
  const ofProgram = (): readonly number[] => [
    receiver.spans({ service: 'stays' }).length,
    receiver.store.logs().filter(({ scope }) => scope.name === 'stays').length,
  ]
  expect(ofProgram()).toEqual([0, 0])
  running.kill('SIGTERM')
  expect(await running.exit).toEqual({ code: 0, signal: null })
  expect(ofProgram()).toEqual([1, 1])
})
