import { describe, expect, test } from 'vitest'
import { awaitItsSpans } from '../../../src/trial/manoeuvres/await-its-spans.ts'
import { factsOf, sail, service } from '../ship/launched.ts'

/** How long it takes, and the spans that were here then, of two requests whose spans come with the next export. */
async function wait(exportEveryMs: number, { timeoutMs = 20_000, endsAfterMs = Number.POSITIVE_INFINITY } = {}) {
  let tookMs = 0
  let spanCount = 0
  await sail(
    factsOf(service('stops', 'correct')),
    { env: { OTEL_BSP_SCHEDULE_DELAY: `${exportEveryMs}` } },
    async (ship) => {
      await ship.load.once('one', {})
      await ship.load.once('two', {})
      const begunAt = ship.history.now()
      if (endsAfterMs < timeoutMs) setTimeout(() => ship.signal('SIGKILL'), endsAfterMs)
      await awaitItsSpans(ship, { fromMs: 0, timeoutMs })
      tookMs = ship.history.now() - begunAt
      spanCount = ship.history.soFar('span').length
    },
  )
  return { tookMs, spanCount }
}

describe.skipIf(process.platform !== 'linux')('spans are waited for', () => {
  test('until those of all requests have come', async () => {
    const { tookMs, spanCount } = await wait(1500)
    expect(spanCount).toBe(2)
    expect(tookMs).toBeLessThan(15_000)
  })

  test('and no longer than the limit', async () => {
    const { tookMs, spanCount } = await wait(60_000, { timeoutMs: 700 })
    expect(spanCount).toBe(0)
    expect(tookMs).toBeGreaterThanOrEqual(699)
  })

  test('and not beyond the end of the service', async () => {
    expect((await wait(60_000, { endsAfterMs: 300 })).tookMs).toBeLessThan(15_000)
  })
})
