import { expect, test } from 'vitest'
import three from '../../../src/trial/trials/PROBE-03.ts'
import four from '../../../src/trial/trials/START-04.ts'
import noDependencyStart from '../../../src/trial/voyages/no-dependency-start.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf, startDependency } from './start-services.ts'

async function sail(defect: string) {
  await using dependency = await startDependency()
  const facts = factsOf(defect, { dependencies: [dependency.fact] })
  const lifetimes = await sailVoyage(noDependencyStart, facts)
  return { verdict: judge(four, lifetimes, facts), lifetimes, facts }
}

test('a service that waits, not ready, and recovers passes', async () => {
  const { verdict, lifetimes, facts } = await sail('none')
  expect(verdict).toMatchObject({ outcome: 'PASS', figures: [{ name: 'recoveredAfterMs' }] })
  expect(judge(three, lifetimes, facts).outcome).not.toBe('FAIL')
})

test('a service that is ready without its dependency fails when its requests do', async () => {
  const { verdict } = await sail('ready-without-dependency')
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toMatch(/^Ready without "db", and \d+ of \d+ requests failed/)
})

test('a service that ends and says why passes, and one that says nothing fails', async () => {
  expect((await sail('ends-without-dependency')).verdict).toMatchObject({ outcome: 'PASS', notes: [expect.anything()] })
  expect((await sail('ends-silently')).verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ lines: ['bye'] }] })
})
