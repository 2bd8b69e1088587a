import { describe, expect, test } from 'vitest'
import { explainBudget, explainResolvedBudget } from '../../src/lifecycle/budget-explanation.ts'
import { resolveShutdownBudget, type ShutdownBudgetOptions } from '../../src/lifecycle/shutdown-budget.ts'

const inPod = (options: ShutdownBudgetOptions, env: Record<string, string> = {}) =>
  explainBudget(options, { env, isTerminal: false })

test('the equation holds the sum against the grace period', () => {
  expect(inPod({ inFlight: '8s' }, { SEAWORTHY_PRE_STOP_SECONDS: '2' }).equation).toBe(
    'preStop 2s + drainDelay 5s + inFlight 8s + stop 4s + flush 4s + margin 2s = 25s ≤ 30s',
  )
  expect(inPod({ inFlight: '1m' }).equation).toMatch(/= 1m15s > 30s$/)
})

describe('the verdict', () => {
  test.each([
    ['fits', {}, {}, true, 5000],
    ['fits', { inFlight: '15s' }, {}, true, 0],
    ['scaled', {}, { SEAWORTHY_GRACE_SECONDS: '10' }, true, 0],
    ['exceeds', { inFlight: '16s' }, {}, false, -1000],
    ['refused', { inFlight: '20s' }, { SEAWORTHY_GRACE_SECONDS: '10' }, false, -25_000],
  ] as const)('%s: %j in %j', (verdict, options, env, fits, spareMs) => {
    expect(inPod(options, env)).toMatchObject({ verdict, fits, spareMs })
  })

  test('of a budget that a service goes by is the same', () => {
    for (const env of [{}, { SEAWORTHY_GRACE_SECONDS: '10' }, { K_SERVICE: 'a', K_REVISION: 'b' }]) {
      const around = { env, isTerminal: false }
      expect(explainResolvedBudget(resolveShutdownBudget({}, around))).toEqual(explainBudget({}, around))
    }
  })
})

describe('each line says where its number came from', () => {
  test('in words', () => {
    const around = { env: { SEAWORTHY_DRAIN_DELAY: '1s', KUBERNETES_SERVICE_HOST: 'x' }, isTerminal: false }
    const { lines } = explainBudget({ stop: '3s' }, around)
    expect(Object.fromEntries(lines.map(({ part, source }) => [part, source]))).toEqual({
      preStop: 'default',
      drainDelay: 'SEAWORTHY_DRAIN_DELAY',
      inFlight: 'default',
      stop: 'shutdown.stop',
      flush: 'default',
      margin: 'default',
      grace: 'what Kubernetes gives by default',
    })
  })

  test('also on a terminal, when scaled, from a flag, and without any platform', () => {
    const terminal = explainBudget({}, { env: {}, isTerminal: true }).lines.map(({ source }) => source)
    expect(terminal).toContain('default on a terminal')
    expect(terminal).toContain('assumed: no platform was recognised')
    const scaled = inPod({}, { SEAWORTHY_GRACE_SECONDS: '10' }).lines.map(({ source }) => source)
    expect(scaled).toContain('default, scaled down from 10s')
    const flags = { slices: true, graceMs: 40_000, preStopMs: 1000 }
    const flagged = explainBudget({ inFlight: '3s' }, { env: {}, isTerminal: false, flags })
    expect(flagged.lines.flatMap(({ source }) => (source.startsWith('--') ? [source] : []))).toEqual([
      '--pre-stop',
      '--in-flight',
      '--grace',
    ])
  })
})

describe('the advice', () => {
  test('names the setting of the platform, and the number that it needs', () => {
    expect(inPod({ inFlight: '20s' }, { KUBERNETES_SERVICE_HOST: 'x' }).advice).toEqual([
      'Raise terminationGracePeriodSeconds to 35 s or more, and set SEAWORTHY_GRACE_SECONDS to the same number.',
      'Or set SEAWORTHY_GRACE_SECONDS=30, and default slices are scaled to fit.',
      'Or shorten the slices that were chosen; the longest is a good place to begin.',
    ])
  })

  test('is not to declare what would then be refused', () => {
    const [, ...others] = inPod({ inFlight: '40s' }, { KUBERNETES_SERVICE_HOST: 'x' }).advice
    expect(others).toEqual([expect.stringContaining('Or shorten the slices')])
  })

  test('names the least grace period for which default slices are scaled, where there is too little for that', () => {
    expect(inPod({}, { SEAWORTHY_GRACE_SECONDS: '2' }).advice).toEqual([
      'Raise the grace period of the platform to 25 s or more, and set SEAWORTHY_GRACE_SECONDS to the same number.',
      'Default slices are scaled down to a tenth, no further: that needs 2.5 s.',
    ])
    const allChosen = { drainDelay: '5s', inFlight: '16s', stop: '4s', flush: '4s', margin: '2s' }
    expect(inPod(allChosen, { SEAWORTHY_GRACE_SECONDS: '2' }).advice.join()).not.toContain('tenth')
  })

  test('is to raise nothing where nothing can be raised', () => {
    expect(inPod({}, { K_SERVICE: 'a', K_REVISION: 'b' }).advice[0]).toBe(
      'Set SEAWORTHY_GRACE_SECONDS=10, and default slices are scaled to fit.',
    )
  })

  test('is to declare what is only assumed, and nothing once it is declared and fits', () => {
    expect(inPod({}).advice).toEqual([expect.stringContaining('Declare the grace period')])
    expect(inPod({}, { SEAWORTHY_GRACE_SECONDS: '30' }).advice).toEqual([])
  })

  test('warns of waiting twice for the same thing', () => {
    const env = { SEAWORTHY_GRACE_SECONDS: '60', SEAWORTHY_PRE_STOP_SECONDS: '5' }
    expect(inPod({}, env).advice).toEqual([expect.stringContaining('A preStop sleep and the drain delay')])
    expect(inPod({ drainDelay: 0 }, env).advice).toEqual([])
  })
})
