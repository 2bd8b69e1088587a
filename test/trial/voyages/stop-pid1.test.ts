import { expect, test } from 'vitest'
import { findPidNamespace } from '../../../src/process/pid-namespace.ts'
import voyage from '../../../src/trial/voyages/stop-pid1.ts'
import { judgeLived } from './judged.ts'
import { sailVoyage, stoppingFacts } from './stopped.ts'

const hasNamespaces = (await findPidNamespace()) !== undefined
const graceMs = { value: 3000, origin: 'flag' } as const

test.skipIf(!hasNamespaces)('a service without a handler ignores the signal as process 1', async () => {
  const facts = stoppingFacts('no-handler', { graceMs })
  const verdict = judgeLived('STOP-08', await sailVoyage(voyage, facts), facts)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('SIGTERM was ignored, for want of a handler')
})

test.skipIf(!hasNamespaces)('a service with a handler stops as process 1 as it does elsewhere', async () => {
  const facts = stoppingFacts('correct')
  const verdict = judgeLived('STOP-08', await sailVoyage(voyage, facts), facts)
  expect(`${verdict.outcome} ${verdict.says}`).toMatch(/^PASS As process 1, it ended with code 0/)
})
