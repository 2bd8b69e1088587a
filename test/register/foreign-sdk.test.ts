import { expect, test } from 'vitest'
import { ForeignSdk, preloadedModules } from '../../src/register/foreign-sdk.ts'

test('the modules that were preloaded beside us are found, however they were named', () => {
  expect(
    preloadedModules(
      [
        '--import',
        'seaworthy/register',
        '--import=@opentelemetry/auto-instrumentations-node/register',
        '-r',
        './a.cjs',
      ],
      { NODE_OPTIONS: '--max-old-space-size=512 --require "dd-trace/init"  --import seaworthy/register' },
    ),
  ).toEqual(['dd-trace/init', '@opentelemetry/auto-instrumentations-node/register', './a.cjs'])
  expect(preloadedModules(['--import', 'data:text/javascript,0', '--enable-source-maps', '--import'], {})).toEqual([])
})

/** A provider as SDKs have it, which tells what was called. */
function provider(calls: string[], deliver: () => Promise<void> = async () => {}) {
  return {
    async forceFlush() {
      calls.push('forceFlush')
      await deliver()
    },
    async shutdown() {
      calls.push('shutdown')
    },
  }
}

test('a shutdown of the SDK while the service drains does nothing, and happens in the flush, after a delivery', async () => {
  const calls: string[] = []
  const traces = provider(calls)
  const sdk = new ForeignSdk(new Map([['traces', traces]]))
  sdk.deferShutdown()
  await traces.shutdown()
  expect(calls).toEqual([])
  expect(await sdk.flush()).toEqual({ complete: true, details: { signals: ['traces'] } })
  expect(calls).toEqual(['forceFlush', 'shutdown'])
})

test('what cannot be delivered is told by signal, and stops none of the others', async () => {
  const calls: string[] = []
  const broken = provider(calls, () => Promise.reject(new Error('no collector')))
  const sdk = new ForeignSdk(
    new Map([
      ['traces', broken],
      ['logs', provider(calls)],
    ]),
  )
  expect(await sdk.flush()).toEqual({
    complete: false,
    details: { signals: ['traces', 'logs'], failed: { traces: 'no collector' } },
  })
  expect(calls).toEqual(['forceFlush', 'forceFlush', 'shutdown'])
})
