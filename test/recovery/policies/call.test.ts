import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { Call } from '../../../src/recovery/policies/call.ts'
import { PolicyEvents } from '../../../src/recovery/policies/policy-events.ts'
import { resolvePolicy } from '../../../src/recovery/policies/policy-options.ts'

test('what is to be done at the end of a call is done at once where that has come: no place is held for ever', () => {
  const clock = new ManualClock()
  const call = new Call(resolvePolicy({ name: 'x', clock }), undefined, new PolicyEvents('x', () => silentLog, false))
  let places = 0
  call.end()
  call.onEnd(() => (places += 1))
  expect({ places, pending: clock.pending }).toEqual({ places: 1, pending: 0 })
})
