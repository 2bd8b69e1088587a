import { expect, onTestFinished, test } from 'vitest'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'
import { traces } from './samples.ts'

test('a listener that throws harms neither the request nor the other listeners; its error is an uncaught one', async () => {
  const uncaught = catchUncaught()
  const store = new TelemetryStore()
  const seen: string[] = []
  store.on('span', () => {
    throw new Error('mistake in a listener')
  })
  store.on('span', (span) => seen.push(span.name))

  expect(store.add('traces', traces({ name: 'a' }, { name: 'b' }))).toBe(2)

  expect(seen).toEqual(['a', 'b'])
  await new Promise((resolve) => setImmediate(resolve))
  expect(uncaught.map(String)).toEqual(['Error: mistake in a listener', 'Error: mistake in a listener'])
})

/** Stands in for the listeners of the test runner, which would fail the run. */
function catchUncaught(): unknown[] {
  const caught: unknown[] = []
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => caught.push(error))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const other of others) process.on('uncaughtException', other)
  })
  return caught
}
