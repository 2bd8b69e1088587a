import { expect, test } from 'vitest'
import five from '../../../src/trial/trials/PROBE-05.ts'
import two from '../../../src/trial/trials/PROBE-02.ts'
import { defineVoyage } from '../../../src/trial/voyage.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf, startDependency } from './start-services.ts'

/** As `outage` does it, and only the part in which the dependency hangs. */
const hanging = defineVoyage({
  id: 'outage',
  title: 'hanging',
  description: 'A dependency that hangs for three seconds.',
  seconds: { quick: 4, default: 4 },
  async sail(bridge) {
    await using ship = await bridge.launch({ label: 'hanging' })
    const stop = ship.probe({ everyMs: 100 })
    await ship.pause(300)
    await ship.setDependencyFault('db', { kind: 'blackhole' })
    await ship.pause(3000)
    await ship.setDependencyFault('db', undefined)
    await stop()
    ship.signal('SIGKILL')
  },
})

async function sail(defect: string) {
  await using dependency = await startDependency()
  const facts = factsOf(defect, { dependencies: [dependency.fact] })
  const lifetimes = await sailVoyage(hanging, facts)
  return { five: judge(five, lifetimes, facts), two: judge(two, lifetimes, facts) }
}

test('a readiness that knows its answer before it is asked passes', async () => {
  expect((await sail('none')).five).toMatchObject({ outcome: 'PASS' })
})

test('a readiness that waits for a check of two seconds fails', async () => {
  const verdict = (await sail('check-in-probe')).five
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toMatch(/^Readiness came later than 1000 ms, or not at all, \d+ of \d+ times while "db" hung$/)
})

test('a liveness that asks the dependency fails', async () => {
  const verdict = (await sail('liveness-needs-dependency')).two
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('while "db" was away (blackhole)')
})
