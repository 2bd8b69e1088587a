import { context, createContextKey } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { isTracingSuppressed } from '@opentelemetry/core'
import { expect, onTestFinished, test } from 'vitest'
import { HealthChecker } from '../../src/health/health-checker.ts'

test('what a check does is not traced, before and after its waits, and the rest of its context is kept', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => context.disable())
  const key = createContextKey('of the caller')
  const seen: unknown[] = []
  const look = (): void => void seen.push(isTracingSuppressed(context.active()), context.active().getValue(key))
  const health = new HealthChecker().register({
    name: 'db',
    async check() {
      look()
      await new Promise((resolve) => setImmediate(resolve))
      look()
    },
  })
  await context.with(context.active().setValue(key, 'here'), () => health.checkHealth())
  expect(seen).toEqual([true, 'here', true, 'here'])
  expect(isTracingSuppressed(context.active())).toBe(false)
})
