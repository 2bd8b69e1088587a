import { expect, test } from 'vitest'
import { DatabaseGuard, type GuardPlan } from '../../../src/adapters/database/database-guard.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
const BROKEN = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
const ANSWER = new Error('duplicate key')

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

async function make(plan: Partial<GuardPlan> = {}) {
  const clock = new ManualClock()
  const lines: string[] = []
  const keep = (fields: object, message: string): void => {
    lines.push(`${(fields as { event: string }).event}: ${message}`)
  }
  const guard = await DatabaseGuard.open({
    system: 'PostgreSQL',
    systemName: 'postgresql',
    dependency: 'orders',
    log: { debug() {}, info: keep, warn: keep, error: keep },
    breaker: { failures: 3, openForMs: 1_000, probeTimeoutMs: 5_000 },
    isAnswer: (error) => error === ANSWER,
    clock,
    ...plan,
  })
  guard.proven()
  return { guard, clock, lines }
}

test('before the proof and after the close nothing is refused, told or counted', async () => {
  const { guard, lines } = await make()
  guard.close()
  for (let time = 0; time < 9; time++) guard.failed(REFUSED, 'connect')
  guard.lost(BROKEN, guard.mark)
  guard.answered()
  await settled()
  expect([guard.refusal(), guard.refuseDial(), guard.isRefusing, lines]).toEqual([undefined, undefined, false, []])
})

test('an outage is told of when it begins and when it is over, however much breaks in between', async () => {
  const { guard, clock, lines } = await make()
  const mark = guard.mark
  for (let time = 0; time < 10; time++) guard.lost(BROKEN, mark)
  guard.failed(REFUSED, 'connect')
  await clock.advance(250)
  guard.answered()
  guard.answered()
  expect(lines).toEqual([
    'database.connection.lost: orders: lost a connection to PostgreSQL: read ECONNRESET',
    'database.connection.restored: orders: PostgreSQL answers again',
  ])
})

test('what comes and goes is told of once in ten seconds', async () => {
  const { guard, clock, lines } = await make()
  for (let second = 0; second < 20; second++) {
    guard.lost(BROKEN, guard.mark)
    guard.answered()
    await clock.advance(1_000)
  }
  expect(lines.filter((line) => line.startsWith('database.connection.lost'))).toHaveLength(2)
  expect(lines.filter((line) => line.startsWith('database.connection.restored'))).toHaveLength(2)
})

test('connections that break all at once are one failure; one that breaks after that is another', async () => {
  const { guard } = await make()
  const before = guard.mark
  for (let time = 0; time < 10; time++) guard.lost(BROKEN, before)
  await settled()
  expect(guard.isRefusing).toBe(false)
  guard.lost(BROKEN, guard.mark)
  guard.lost(BROKEN, guard.mark)
  await settled()
  expect(guard.isRefusing).toBe(true)
})

test('a call that is out of its time is a failure only where nothing else was answered meanwhile', async () => {
  const { guard } = await make()
  const before = guard.answers
  guard.answered()
  for (let time = 0; time < 9; time++) guard.timedOut(new Error('Query read timeout'), before)
  await settled()
  expect(guard.isRefusing).toBe(false)
  const { answers } = guard
  for (let time = 0; time < 3; time++) guard.timedOut(new Error('Query read timeout'), answers)
  await settled()
  expect(guard.isRefusing).toBe(true)
})

test('what the database says of a call is an answer; what can not be a matter of connections is nothing', async () => {
  const { guard } = await make()
  guard.settle(REFUSED)
  guard.settle(REFUSED)
  guard.settle(ANSWER)
  guard.settle(REFUSED)
  guard.settle(REFUSED)
  guard.settle(new TypeError('a mistake of ours'))
  await settled()
  expect(guard.isRefusing).toBe(false)
  guard.settle(REFUSED)
  await settled()
  expect(guard.isRefusing).toBe(true)
})

test('while it is half open, one connection may be made besides the probe itself, and no more', async () => {
  const { guard, clock } = await make()
  for (let time = 0; time < 3; time++) guard.failed(REFUSED, 'connect')
  await settled()
  expect(guard.refuseDial()).toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  await clock.advance(1_000)
  expect(guard.refusal()).toBeUndefined()
  expect(guard.refuseDial()).toBeUndefined()
  expect(guard.refuseDial()).toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  expect(guard.refusal()).toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  guard.answered()
  await settled()
  expect([guard.refusal(), guard.refuseDial()]).toEqual([undefined, undefined])
})

test('a check says that calls are refused, without asking; what it hears nothing of is a failure', async () => {
  const { guard } = await make()
  const never = (): Promise<undefined> => new Promise(() => {})
  for (let time = 0; time < 3; time++) {
    await expect(guard.check(AbortSignal.abort(new Error('out of time')), never)).rejects.toThrow('out of time')
  }
  await settled()
  let asked = 0
  const result = await guard.check(AbortSignal.timeout(5_000), async () => void (asked += 1))
  expect(result).toEqual({
    status: 'unhealthy',
    message: expect.stringContaining('the circuit is open') as string,
  })
  expect(asked).toBe(0)
})

test('without a breaker nothing is refused, and outages are told of all the same', async () => {
  const { guard, lines } = await make({ breaker: false })
  for (let time = 0; time < 9; time++) guard.failed(REFUSED, 'connect')
  await settled()
  expect([guard.refusal(), guard.refuseDial(), guard.isRefusing]).toEqual([undefined, undefined, false])
  guard.answered()
  expect(lines).toHaveLength(2)
})
