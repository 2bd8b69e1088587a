import { expect, test } from 'vitest'
import trial from '../../../src/trial/trials/START-03.ts'
import noCollectorStart from '../../../src/trial/voyages/no-collector-start.ts'
import { judge } from '../samples.ts'
import { sailVoyage } from './sailed-voyage.ts'
import { factsOf } from './start-services.ts'

const telemetry = { traces: true, metrics: false, logs: false }

test('a service that does not wait for the collector passes, refused or not answered', async () => {
  const facts = factsOf('none', { telemetry })
  const lifetimes = await sailVoyage(noCollectorStart, facts, { pace: 'default' })
  expect(lifetimes).toHaveLength(2)
  expect(judge(trial, lifetimes, facts)).toMatchObject({ outcome: 'PASS' })
})

test('a service that waits for the collector before it listens fails', async () => {
  const facts = factsOf('waits-for-collector', { telemetry })
  const verdict = judge(trial, await sailVoyage(noCollectorStart, facts), facts)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('Not ready')
})
