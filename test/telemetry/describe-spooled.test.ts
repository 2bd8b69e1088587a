import { expect, test } from 'vitest'
import { describeSpooled } from '../../src/telemetry/describe-spooled.ts'
import { EMPTY_ACCOUNT } from '../../src/telemetry/pipeline/signal-account.ts'

test('what waits on disk is told as one figure over all signals, and nothing is not told', () => {
  const none = { traces: EMPTY_ACCOUNT, metrics: EMPTY_ACCOUNT, logs: EMPTY_ACCOUNT }
  expect(describeSpooled(none)).toBeUndefined()
  const traces = { ...EMPTY_ACCOUNT, created: 9, spooled: 1 }
  expect(describeSpooled({ ...none, traces })).toBe('1 item spooled for the next process')
  expect(describeSpooled({ ...none, traces, logs: { ...traces, spooled: 4 } })).toBe(
    '5 items spooled for the next process',
  )
})
