import { expect, test } from 'vitest'
import { Bulkhead } from '../../../src/recovery/policies/bulkhead.ts'

test('each change of how many run and how many wait is told, whatever it comes from', async () => {
  const told: string[] = []
  const bulkhead = new Bulkhead('payments', 1, 2, (running, waiting) => void told.push(`${running}+${waiting}`))
  const { signal } = new AbortController()
  const admitted = new AbortController()
  const leaving = new AbortController()
  expect(bulkhead.enter(signal)).toBeUndefined()
  const second = bulkhead.enter(admitted.signal)
  const third = bulkhead.enter(leaving.signal)
  expect(() => bulkhead.enter(signal)).toThrow(expect.objectContaining({ code: 'SEA_POLICY_BULKHEAD_FULL' }))
  leaving.abort()
  await expect(third).rejects.toMatchObject({ name: 'AbortError' })
  bulkhead.leave()
  await second
  admitted.abort()
  bulkhead.leave()
  expect(told).toEqual(['1+0', '1+1', '1+2', '1+1', '1+0', '0+0'])
})
