import { startReceiver } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { startProgram } from './start-service.ts'

test('what a CommonJS module asked for before the start of the service records, tracers and loggers alike, but no meter', async () => {
  await using receiver = await startReceiver()
  await using program = startProgram(new URL('services/early-providers.cjs', import.meta.url), receiver.environment())
  expect(await program.exit).toEqual({ code: 0, signal: null })

  const named = (name: string) => receiver.spans({ service: 'early', name })
  expect([named('outer').length, named('inner').length, named('late').length]).toEqual([1, 1, 1])
  expect(named('inner')[0]).toMatchObject({ traceId: named('outer')[0]?.traceId, scope: { name: 'early' } })

  const { traceId } = named('outer')[0] ?? {}
  const emitted = receiver.store.logs().filter(({ scope }) => scope.name === 'early' || scope.name === 'legacy')
  expect(emitted.map((log) => [log.scope.name, log.body, log.traceId])).toEqual([
    ['early', 'of the API', traceId],
    ['legacy', 'of the old API', traceId],
  ])

  // The API has nothing that stands in for a meter: the guide says so.
  const metrics = new Set(receiver.store.metrics().map(({ latest }) => latest.name))
  expect([metrics.has('late.counter'), metrics.has('early.counter')]).toEqual([true, false])
})
