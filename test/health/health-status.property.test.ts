import fc from 'fast-check'
import { expect, test } from 'vitest'
import { overallStatus } from '../../src/health/health-status.ts'

const check = fc.record({
  status: fc.constantFrom('healthy' as const, 'degraded' as const, 'unhealthy' as const, 'unknown' as const),
  critical: fc.boolean(),
})
const checks = fc.array(check, { maxLength: 8 })
const RANK = { healthy: 0, degraded: 1, unhealthy: 2 } as const

test('a whole is unhealthy exactly when something critical fails or is unknown', () => {
  fc.assert(
    fc.property(checks, (all) => {
      const hasFailure = all.some(
        ({ status, critical }) => critical && (status === 'unhealthy' || status === 'unknown'),
      )
      expect(overallStatus(all) === 'unhealthy').toBe(hasFailure)
    }),
  )
})

test('a whole is healthy exactly when every check is', () => {
  fc.assert(
    fc.property(checks, (all) => {
      expect(overallStatus(all) === 'healthy').toBe(all.every(({ status }) => status === 'healthy'))
    }),
  )
})

test('optional checks alone can never make a whole unhealthy', () => {
  fc.assert(
    fc.property(checks, (all) => {
      expect(overallStatus(all.map(({ status }) => ({ status, critical: false })))).not.toBe('unhealthy')
    }),
  )
})

test('the order of checks makes no difference, and one more check never makes a whole better', () => {
  fc.assert(
    fc.property(checks, check, (all, more) => {
      expect(overallStatus(all.toReversed())).toBe(overallStatus(all))
      expect(RANK[overallStatus([...all, more])]).toBeGreaterThanOrEqual(RANK[overallStatus(all)])
    }),
  )
})
