import { describe, expect, test } from 'vitest'
import { eventsOf } from '../../../src/trial/history/lifetime.ts'
import { endOnceTold, type Told } from '../../../src/trial/manoeuvres/end-once-told.ts'
import { factsOf, sail, service } from '../ship/launched.ts'

/** It flushes spans and metrics at its stop, which takes longer than anybody waits for what nobody judges. */
const FACTS = factsOf(service('stops', 'correct'), {
  normal: { listeningAfterMs: 100, readyAfterMs: 100, exitAfterMs: 1300 },
})

async function end(exportEveryMs: number, told: Told = {}) {
  const { lifetime, left } = await sail(
    FACTS,
    { env: { OTEL_BSP_SCHEDULE_DELAY: `${exportEveryMs}` } },
    async (ship) => {
      await ship.load.once('new', {})
      if (exportEveryMs < 1000) await ship.history.waitFor('span', () => true, 5000)
      await endOnceTold(ship, FACTS, told)
    },
  )
  const [exit] = eventsOf(lifetime, 'exited')
  return { signal: exit?.signal, spans: eventsOf(lifetime, 'span').length, left }
}

describe.skipIf(process.platform !== 'linux')('a ship whose stop nobody judges', () => {
  test('ends at once when the spans of all its requests have come', async () => {
    expect(await end(50)).toEqual({ signal: 'SIGKILL', spans: 1, left: [] })
  })

  test('is stopped as usual when they come with the stop only', async () => {
    expect(await end(60_000)).toEqual({ signal: null, spans: 1, left: [] })
  })

  test('is stopped as usual when metrics are asked for, and come with the stop only', async () => {
    expect(await end(50, { needsMetrics: true })).toMatchObject({ signal: null, left: [] })
  })
})
