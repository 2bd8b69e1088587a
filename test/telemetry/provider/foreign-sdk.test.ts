import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { ForeignSdk } from '../../../src/telemetry/provider/foreign-sdk.ts'

/** A provider as SDKs have it, which tells what was called. */
function provider(calls: string[], deliver: () => Promise<void> = async () => {}) {
  return {
    async forceFlush() {
      calls.push('forceFlush')
      await deliver()
    },
    async shutdown() {
      calls.push('shutdown')
    },
  }
}

test('a shutdown of the SDK while the service drains does nothing, and happens in the flush, after a delivery', async () => {
  const calls: string[] = []
  const traces = provider(calls)
  const sdk = new ForeignSdk(new Map([['traces', traces]]))
  sdk.deferShutdown()
  await traces.shutdown()
  expect(calls).toEqual([])
  expect(await sdk.flush(1000)).toEqual({ complete: true, details: { signals: ['traces'], lost: 'unknown' } })
  expect(calls).toEqual(['forceFlush', 'shutdown'])
})

test('what cannot be delivered is told by signal, and stops none of the others', async () => {
  const calls: string[] = []
  const broken = provider(calls, () => Promise.reject(new Error('no collector')))
  const sdk = new ForeignSdk(
    new Map([
      ['traces', broken],
      ['logs', provider(calls)],
    ]),
  )
  expect(await sdk.flush(1000)).toEqual({
    complete: false,
    details: { signals: ['traces', 'logs'], lost: 'unknown', failed: { traces: 'no collector' } },
  })
  expect(calls).toEqual(['forceFlush', 'forceFlush', 'shutdown'])
})

test('an SDK that does not end is given up before its time is over, named, and its end begun all the same', async () => {
  const clock = new ManualClock()
  const calls: string[] = []
  const never = provider(calls, () => new Promise<void>(() => {}))
  const whole = { shutdown: async () => void calls.push('whole') }
  const flushed = new ForeignSdk(new Map([['traces', never]]), { whole, clock }).flush(1000)
  await clock.advance(800)
  expect(await flushed).toEqual({
    complete: false,
    details: {
      signals: ['traces'],
      lost: 'unknown',
      failed: { traces: 'did not end within 800ms', sdk: 'no time was left for its end' },
    },
  })
  expect(calls).toEqual(['forceFlush', 'whole'])
})
