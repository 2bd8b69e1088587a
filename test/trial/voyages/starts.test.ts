import { expect, test } from 'vitest'
import one from '../../../src/trial/trials/START-01.ts'
import two from '../../../src/trial/trials/START-02.ts'
import starts from '../../../src/trial/voyages/starts.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf, startDependency } from './start-services.ts'

test('a service that is ready when it says so passes, also with a dependency that comes late', async () => {
  await using dependency = await startDependency()
  const facts = factsOf('none', { dependencies: [dependency.fact] })
  const lifetimes = await sailVoyage(starts, facts)
  expect(lifetimes.map(({ label }) => label)).toEqual(['start 1', 'slow dependency: db'])
  expect(judge(one, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
  expect(judge(two, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
})

test('a service that is ready before it is fails, by the requests that it answered with 500', async () => {
  const facts = factsOf('ready-too-early', { env: { PATH: process.env['PATH'], START_MS: '600' } })
  const lifetimes = await sailVoyage(starts, facts)
  const verdict = judge(one, lifetimes, facts)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('answered with 500')
})

test('a start that takes longer than it may fails', async () => {
  const facts = factsOf('none', {
    env: { PATH: process.env['PATH'], START_MS: '1500' },
    startupMs: { value: 1000, origin: 'flag' },
  })
  expect(judge(two, await sailVoyage(starts, facts), facts)).toMatchObject({ outcome: 'FAIL' })
})
