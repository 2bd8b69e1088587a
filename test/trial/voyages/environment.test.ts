import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/START-06.ts'
import environment from '../../../src/trial/voyages/environment.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf } from './start-services.ts'

test('port and log level that come from the environment are seen to', async () => {
  const facts = factsOf('none')
  expect(judge(trial, await sailVoyage(environment, facts), facts)).toMatchObject({
    outcome: 'PASS',
    says: 'Taken from the environment: port, log level',
  })
})

test('a port that is written into the code fails', async () => {
  const { portVariable: _, ...facts } = factsOf('hard-coded-port', {
    port: { value: 11_711, origin: 'found' },
    probes: {},
  })
  const verdict = judge(trial, await sailVoyage(environment, facts), facts)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toMatch(/^The service listened on port 11711, although PORT said \d+$/)
})
