import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/STOP-08.ts'
import { judge, makeFacts } from '../samples.ts'
import { makeReset, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

function makeFirst(changes: StopChanges = {}, isPid1 = true) {
  const lifetime = makeStop({ voyage: 'stop-pid1', label: 'as process 1', ...changes })
  return {
    ...lifetime,
    events: lifetime.events.map((event) => (event.kind === 'spawned' ? { ...event, isPid1 } : event)),
  }
}

test('an end by itself as process 1 passes', () => {
  const verdict = judge(trial, [makeFirst()])
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(verdict.says).toBe('As process 1, it ended with code 0 1500 ms after the signal')
})

test('a service that the kernel shields from the signal fails', () => {
  const events = [{ kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at: 32_000 } as const]
  const verdict = judge(trial, [
    makeFirst({ events, closedAt: false, exit: { at: 32_005, code: null, signal: 'SIGKILL' } }),
  ])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain(
    'it had to be killed 30000 ms after SIGTERM: SIGTERM was ignored, for want of a handler',
  )
})

test('another exit code fails', () => {
  expect(judge(trial, [makeFirst({ exit: { code: 2 } })])).toMatchObject({
    outcome: 'FAIL',
    evidence: [{ seen: { from: SIGNALLED_AT } }],
  })
})

test('requests that are lost are a note, because STOP-01 judges them', () => {
  expect(judge(trial, [makeFirst({ requests: [makeReset()] })])).toMatchObject({
    outcome: 'PASS',
    notes: ['1 requests were lost in this stop; STOP-01 judges that'],
  })
})

test('it has to have been process 1, and to have been stopped', () => {
  expect(judge(trial, [makeFirst({}, false)]).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeFirst({ exit: false })]).outcome).toBe('INCONCLUSIVE')
})

test('without namespaces there is nothing to try', () => {
  const machine = { isLinux: true, hasPidNamespaces: false, processorCount: 2 }
  expect(trial.skipBecause?.(makeFacts({ machine }))).toContain('PID namespaces')
  expect(trial.skipBecause?.(makeFacts())).toBeUndefined()
})
