import { startReceiver } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { startProgram } from './start-service.ts'

test('a tracer that a CommonJS module asked for before the start of the service records like any other', async () => {
  await using receiver = await startReceiver()
  await using program = startProgram(new URL('services/early-tracer.cjs', import.meta.url), receiver.environment())
  expect(await program.exit).toEqual({ code: 0, signal: null })
  const named = (name: string) => receiver.spans({ service: 'early', name })
  expect([named('outer').length, named('inner').length, named('late').length]).toEqual([1, 1, 1])
  expect(named('inner')[0]).toMatchObject({ traceId: named('outer')[0]?.traceId, scope: { name: 'early' } })
})
