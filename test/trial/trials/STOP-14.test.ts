import { expect, test } from 'vitest'
import type { ExportEvent } from '../../../src/trial/history/telemetry-events.ts'
import { COLLECTOR_LOST } from '../../../src/trial/history/marks/stop.ts'
import trial from '../../../src/trial/trials/STOP-14.ts'
import { judge, makeFacts } from '../samples.ts'
import { EXITED_AT, makeStop, SIGNALLED_AT, type StopChanges, tracedRequests } from '../stop-samples.ts'

const LOST_AT = 1500

const exported = (at: number, fault?: string): ExportEvent => ({
  kind: 'export',
  at,
  signal: 'traces',
  protocol: 'http/protobuf',
  startedAt: at - 5,
  itemCount: 10,
  byteCount: 1000,
  ...(fault === undefined ? {} : { fault }),
})

interface ArmChanges extends StopChanges {
  readonly served?: boolean
  readonly met?: boolean
  readonly answered?: number
}

function makeArm(collector: string, { served = true, met = true, answered = 20, ...changes }: ArmChanges = {}) {
  return makeStop({
    voyage: 'stop-dead-collector',
    label: `collector ${collector}`,
    settings: { collector },
    inFlight: 0,
    idle: 0,
    fresh: 0,
    requests: tracedRequests(answered),
    events: [
      ...(served ? [exported(1000)] : []),
      ...(collector === 'healthy' ? [] : [{ kind: 'mark', at: LOST_AT, name: COLLECTOR_LOST, data: {} } as const]),
      ...(met && collector !== 'healthy' && collector !== 'refused' ? [exported(3300, collector)] : []),
    ],
    ...changes,
  })
}

const HEALTHY = makeArm('healthy')
const judgeArms = (...arms: ReturnType<typeof makeArm>[]) => judge(trial, [HEALTHY, ...arms])

test('the same code in time, whatever the collector does, passes with all times', () => {
  const verdict = judgeArms(
    makeArm('refused'),
    makeArm('blackhole', { exit: { at: EXITED_AT + 4000 } }),
    makeArm('503'),
  )
  expect(verdict).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(verdict.says).toBe(
    'It ended with code 0 within 30000 ms whatever the collector did (healthy 1500 ms, refused 1500 ms, blackhole 5500 ms, 503 1500 ms)',
  )
  expect(verdict.figures).toContainEqual({ name: 'exitAfterMs.blackhole', value: 5500 })
})

test('an end past the deadline fails, the deadline itself does not', () => {
  expect(judgeArms(makeArm('refused', { exit: { at: SIGNALLED_AT + 30_000 } })).outcome).not.toBe('FAIL')
  const verdict = judgeArms(makeArm('blackhole', { exit: { at: SIGNALLED_AT + 30_001 } }))
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toBe(
    'Collector blackhole: it took 30001 ms to end, 30000 ms is all it has; with a healthy one it exited with 0 after 1500 ms',
  )
})

test('another exit code fails, also one that is accepted', () => {
  expect(judgeArms(makeArm('503', { exit: { code: 1 } })).says).toContain('it exited with code 1')
  const facts = makeFacts({ acceptedExitCodes: [0, 3] })
  expect(judge(trial, [HEALTHY, makeArm('503', { exit: { code: 3 } })], facts)).toMatchObject({ outcome: 'FAIL' })
})

test.each([
  ['nothing was exported before', { served: false }, 'nothing was exported before'],
  ['fewer than 20 requests were answered after', { answered: 19 }, '19 requests were answered without the collector'],
  ['the dead collector was not dialled', { met: false }, 'was not dialled'],
] as const)('an arm in which %s shows nothing', (_, changes, says) => {
  const verdict = judgeArms(makeArm('blackhole', { ...changes, exit: { code: 1 } }))
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('one arm that was seen is enough, and the other is told of', () => {
  const verdict = judgeArms(makeArm('refused'), makeArm('503', { met: false }))
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes).toEqual(['Not judged: collector 503: the dead collector was not dialled'])
})

test('a stop that goes wrong anyway is for STOP-06', () => {
  const verdict = judge(trial, [makeArm('healthy', { exit: { code: 1 } }), makeArm('refused', { exit: { code: 1 } })])
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain('it exited with code 1 after 1500 ms (STOP-06)')
})

test('without stops nothing can be said', () => {
  expect(judge(trial, []).outcome).toBe('SKIP')
  expect(judge(trial, [HEALTHY]).says).toContain('run without --quick')
  expect(judge(trial, [makeArm('refused')]).says).toContain('no stop with a healthy collector')
})

test('a service that sends nothing has nothing to try', () => {
  const facts = makeFacts({ telemetry: { traces: false, metrics: false, logs: false } })
  expect(trial.skipBecause?.(facts)).toContain('TEL-01')
  expect(trial.skipBecause?.(makeFacts())).toBeUndefined()
  const silent = { served: false, met: false }
  expect(judge(trial, [makeArm('healthy', silent), makeArm('refused', silent)], facts).outcome).toBe('SKIP')
})
