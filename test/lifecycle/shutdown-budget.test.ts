import { describe, expect, test } from 'vitest'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { resolveShutdownBudget, type ShutdownBudgetOptions } from '../../src/lifecycle/shutdown-budget.ts'

const KUBERNETES = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }

/** As in a pod: no terminal, and only the variables that are named. */
function inPod(options: ShutdownBudgetOptions = {}, env: Record<string, string> = {}) {
  return resolveShutdownBudget(options, { env, isTerminal: false })
}

function refusal(options: ShutdownBudgetOptions, env: Record<string, string> = {}): string {
  try {
    inPod(options, env)
  } catch (error) {
    if (isSeaworthyError(error)) return `${error.code}: ${error.describe()}`
    throw error
  }
  throw new Error('expected the budget to be refused')
}

describe('without anything chosen', () => {
  test('the slices are those of the documentation, 25 s in all, and fit the 30 s that Kubernetes gives', () => {
    expect(inPod()).toEqual({
      drainDelayMs: 5000,
      inFlightMs: 10_000,
      stopMs: 4000,
      flushMs: 4000,
      marginMs: 2000,
      totalMs: 25_000,
      crashMs: 2000,
      watchdog: true,
      preStopMs: 0,
      graceMs: 30_000,
      graceSource: 'assumed',
      origins: {
        preStop: { from: 'default' },
        drainDelay: { from: 'default' },
        inFlight: { from: 'default' },
        stop: { from: 'default' },
        flush: { from: 'default' },
        margin: { from: 'default' },
        grace: { from: 'assumed' },
      },
    })
  })

  test('a terminal skips the drain, flushes shortly, and keeps the rest', () => {
    const budget = resolveShutdownBudget({}, { env: {}, isTerminal: true })
    expect(budget).toMatchObject({ drainDelayMs: 0, flushMs: 1000, inFlightMs: 10_000, totalMs: 17_000 })
  })

  test('the budget cannot be changed afterwards', () => {
    expect(Object.isFrozen(inPod())).toBe(true)
  })
})

describe('the drain delay', () => {
  test.each([
    ['chosen', { drainDelay: '3s' }, {}, 3000],
    [
      'from SEAWORTHY_DRAIN_DELAY, which wins over the choice',
      { drainDelay: '3s' },
      { SEAWORTHY_DRAIN_DELAY: '1s' },
      1000,
    ],
    ['from SEAWORTHY_DRAIN_DELAY=0', {}, { SEAWORTHY_DRAIN_DELAY: '0' }, 0],
    ['an empty variable counts as unset', {}, { SEAWORTHY_DRAIN_DELAY: '' }, 5000],
  ])('%s', (_how, options, env, expected) => {
    expect(inPod(options, env).drainDelayMs).toBe(expected)
  })

  test.each([
    ['chosen', { drainDelay: '3s' }, {}],
    ['in the environment', {}, { SEAWORTHY_DRAIN_DELAY: '3s' }],
  ])('a delay that was asked for (%s) is kept on a terminal, too', (_where, options, env) => {
    expect(resolveShutdownBudget(options, { env, isTerminal: true }).drainDelayMs).toBe(3000)
  })
})

describe('a declared grace period', () => {
  test('that is long enough changes nothing, to the second', () => {
    expect(inPod({}, { SEAWORTHY_GRACE_SECONDS: '25' })).toMatchObject({
      totalMs: 25_000,
      graceMs: 25_000,
      graceSource: 'SEAWORTHY_GRACE_SECONDS',
    })
    expect(inPod({}, { SEAWORTHY_GRACE_SECONDS: '25' })).not.toHaveProperty('warning')
  })

  test('of 10 s, as compose and Cloud Run have it, scales every slice by the same factor, and says so', () => {
    const budget = inPod({}, { SEAWORTHY_GRACE_SECONDS: '10' })
    expect(budget).toMatchObject({
      drainDelayMs: 2000,
      inFlightMs: 4000,
      stopMs: 1600,
      flushMs: 1600,
      marginMs: 800,
      totalMs: 10_000,
    })
    expect(budget.warning).toMatchInlineSnapshot(
      `"slices scaled down to fit a grace period of 10 s: drainDelay 2s + inFlight 4s + stop 1.6s + flush 1.6s + margin 800ms = 10s"`,
    )
  })

  test('of 24 s is a second too short for the default slices: scaled down, never over it', () => {
    const budget = inPod({}, { SEAWORTHY_GRACE_SECONDS: '24' })
    expect(budget.totalMs).toBeLessThanOrEqual(24_000)
    expect(budget.totalMs).toBeGreaterThan(23_990)
    expect(budget.warning).toContain('scaled down')
  })

  test('leaves chosen slices as they are and scales only the others', () => {
    const budget = inPod({ inFlight: '5s' }, { SEAWORTHY_GRACE_SECONDS: '10' })
    expect(budget.inFlightMs).toBe(5000)
    expect(budget).toMatchObject({ drainDelayMs: 1666, stopMs: 1333, flushMs: 1333, marginMs: 666 })
    expect(budget.totalMs).toBeLessThanOrEqual(10_000)
  })

  test('counts what a preStop hook takes of it', () => {
    const env = { SEAWORTHY_GRACE_SECONDS: '30', SEAWORTHY_PRE_STOP_SECONDS: '5' }
    expect(inPod({}, env)).not.toHaveProperty('warning')
    const tighter = inPod({}, { ...env, SEAWORTHY_PRE_STOP_SECONDS: '6' })
    expect(tighter.totalMs).toBeLessThanOrEqual(24_000)
    expect(tighter.warning).toContain('preStop 6s + ')
  })

  test.each([29, 30])('of 30 s takes slices that were chosen to be %i s in all', (seconds) => {
    const budget = inPod({ inFlight: `${seconds - 15}s` }, { SEAWORTHY_GRACE_SECONDS: '30' })
    expect(budget).toMatchObject({ totalMs: seconds * 1000 })
    expect(budget).not.toHaveProperty('warning')
  })

  test('of 30 s refuses slices that were chosen to be 31 s in all', () => {
    const chosen = { drainDelay: '5s', inFlight: '16s', stop: '4s', flush: '4s', margin: '2s' }
    const refused = refusal(chosen, { SEAWORTHY_GRACE_SECONDS: '30' })
    expect(refused).toMatch(/^SEA_BUDGET_EXCEEDS_GRACE/)
    expect(refused).toContain('SEAWORTHY_GRACE_SECONDS together, to 31 s or more, or shorten the slices.')
  })

  test('that chosen slices exceed is refused with the whole sum, and with what to do', () => {
    const options = { drainDelay: '15s', inFlight: '30s' }
    const env = { SEAWORTHY_GRACE_SECONDS: '40', SEAWORTHY_PRE_STOP_SECONDS: '2' }
    expect(refusal(options, env)).toMatchInlineSnapshot(`
      "SEA_BUDGET_EXCEEDS_GRACE: The shutdown budget preStop 2s + drainDelay 15s + inFlight 30s + stop 4s + flush 4s + margin 2s = 57s exceeds the grace period of 40s
        Raise terminationGracePeriodSeconds and SEAWORTHY_GRACE_SECONDS together, to 48 s or more (default slices are scaled down to a tenth, no further), or shorten the slices."
    `)
  })

  test('that leaves less than a tenth of the default slices is refused as well: nothing works in so little time', () => {
    const refused = refusal({}, { SEAWORTHY_GRACE_SECONDS: '2' })
    expect(refused).toMatch(/^SEA_BUDGET_EXCEEDS_GRACE/)
    expect(refused).toContain('to 2.5 s or more (default slices are scaled down to a tenth, no further)')
    expect(inPod({}, { SEAWORTHY_GRACE_SECONDS: '2.5' }).totalMs).toBe(2500)
    // 24 s chosen, 15 s of defaults to squeeze into what is left.
    expect(refusal({ inFlight: '24s' }, { SEAWORTHY_GRACE_SECONDS: '25.4' })).toMatch(/^SEA_BUDGET_EXCEEDS_GRACE/)
    expect(inPod({ inFlight: '24s' }, { SEAWORTHY_GRACE_SECONDS: '25.5' }).totalMs).toBe(25_500)
  })

  test('smaller than the preStop hook alone is refused', () => {
    const env = { SEAWORTHY_GRACE_SECONDS: '30', SEAWORTHY_PRE_STOP_SECONDS: '30' }
    expect(refusal({}, env)).toMatch(/^SEA_BUDGET_EXCEEDS_GRACE/)
  })
})

describe('a grace period that is only assumed', () => {
  test.each([
    [29, false],
    [30, false],
    [31, true],
  ])('with %i s of slices, warns: %s; it never refuses and never scales', (seconds, warns) => {
    const budget = inPod({ inFlight: `${seconds - 15}s` })
    expect(budget).toMatchObject({ totalMs: seconds * 1000, graceSource: 'assumed' })
    expect('warning' in budget).toBe(warns)
  })

  test('the warning shows the sum', () => {
    expect(inPod({ inFlight: '1m' }).warning).toMatchInlineSnapshot(
      `"drainDelay 5s + inFlight 1m + stop 4s + flush 4s + margin 2s = 1m15s exceeds the 30 s which a platform usually gives"`,
    )
  })

  test('a preStop hook counts here, too', () => {
    expect(inPod({}, { SEAWORTHY_PRE_STOP_SECONDS: '5' })).not.toHaveProperty('warning')
    expect(inPod({}, { SEAWORTHY_PRE_STOP_SECONDS: '6' }).warning).toContain('preStop 6s + ')
  })
})

describe('on a platform that says who it is', () => {
  const docker = { env: {}, isTerminal: false, hasFile: (path: string) => path === '/.dockerenv' }

  test('its own grace period is assumed, which warns with what to change there, and never scales or refuses', () => {
    const budget = resolveShutdownBudget({}, docker)
    expect(budget).toMatchObject({ totalMs: 25_000, graceMs: 10_000, graceSource: 'platform', platform: 'docker' })
    expect(budget.warning).toMatchInlineSnapshot(
      `"drainDelay 5s + inFlight 10s + stop 4s + flush 4s + margin 2s = 25s exceeds the 10 s which Docker or Compose gives by default: raise stop_grace_period (Compose) or --stop-timeout (docker run) and declare it as SEAWORTHY_GRACE_SECONDS, or shorten the slices"`,
    )
    expect(resolveShutdownBudget({ inFlight: '1h' }, docker).inFlightMs).toBe(3_600_000)
  })

  test('where nothing can be changed, the warning says how to make the slices fit', () => {
    expect(inPod({}, { K_SERVICE: 'shop', K_REVISION: 'shop-1' }).warning).toMatchInlineSnapshot(
      `"drainDelay 5s + inFlight 10s + stop 4s + flush 4s + margin 2s = 25s exceeds the 10 s which Cloud Run gives by default: set SEAWORTHY_GRACE_SECONDS=10, and default slices are scaled to fit, or shorten the slices"`,
    )
  })

  test('a declaration beats it', () => {
    const env = { SEAWORTHY_GRACE_SECONDS: '40' }
    const budget = resolveShutdownBudget({}, { ...docker, env })
    expect(budget).toMatchObject({ graceMs: 40_000, graceSource: 'SEAWORTHY_GRACE_SECONDS', platform: 'docker' })
    expect(budget).not.toHaveProperty('warning')
  })

  test('a refusal names its setting', () => {
    const env = { ...KUBERNETES, SEAWORTHY_GRACE_SECONDS: '20' }
    expect(refusal({ inFlight: '30s' }, env)).toContain('Raise terminationGracePeriodSeconds and SEAWORTHY_GRACE')
    const nomad = { NOMAD_ALLOC_ID: 'a1', SEAWORTHY_GRACE_SECONDS: '20' }
    expect(refusal({ inFlight: '30s' }, nomad)).toContain('Raise kill_timeout of the task and SEAWORTHY_GRACE_SECONDS')
  })

  test('under Kubernetes a terminal has nobody at it (tty: true): the drain delay stays on', () => {
    const budget = resolveShutdownBudget({}, { env: KUBERNETES, isTerminal: true })
    expect(budget).toMatchObject({ drainDelayMs: 5000, flushMs: 4000, totalMs: 25_000 })
    expect(resolveShutdownBudget({}, { ...docker, isTerminal: true }).drainDelayMs).toBe(0)
  })

  test('a person at a terminal is not warned: nobody kills what Ctrl-C ends', () => {
    expect(resolveShutdownBudget({}, { ...docker, isTerminal: true })).not.toHaveProperty('warning')
  })
})

describe('each number knows where it came from', () => {
  test('options, variables, a terminal, and defaults', () => {
    const env = { SEAWORTHY_DRAIN_DELAY: '1s', SEAWORTHY_PRE_STOP_SECONDS: '2', SEAWORTHY_GRACE_SECONDS: '60' }
    const { origins } = resolveShutdownBudget({ drainDelay: '9s', inFlight: '3s' }, { env, isTerminal: true })
    expect(origins).toEqual({
      preStop: { from: 'variable', name: 'SEAWORTHY_PRE_STOP_SECONDS' },
      drainDelay: { from: 'variable', name: 'SEAWORTHY_DRAIN_DELAY' },
      inFlight: { from: 'option', name: 'shutdown.inFlight' },
      stop: { from: 'default' },
      flush: { from: 'terminal' },
      margin: { from: 'default' },
      grace: { from: 'variable', name: 'SEAWORTHY_GRACE_SECONDS' },
    })
  })

  test('what was scaled remembers what it was', () => {
    const { origins } = inPod({ stop: '2s' }, { SEAWORTHY_GRACE_SECONDS: '10' })
    expect(origins.inFlight).toEqual({ from: 'scaled', unscaledMs: 10_000 })
    expect(origins.stop).toEqual({ from: 'option', name: 'shutdown.stop' })
  })

  test('a platform is named', () => {
    expect(inPod({}, KUBERNETES).origins.grace).toEqual({ from: 'platform', name: 'Kubernetes' })
  })
})

describe('bad input', () => {
  test('every malformed variable is named in one error', () => {
    const env = {
      SEAWORTHY_GRACE_SECONDS: '30s',
      SEAWORTHY_PRE_STOP_SECONDS: '-1',
      SEAWORTHY_DRAIN_DELAY: 'soon',
    }
    expect(refusal({}, env)).toMatchInlineSnapshot(`
      "SEA_ENV_INVALID: The environment is not valid:
        - SEAWORTHY_GRACE_SECONDS is "30s", expected a number from 1 to 86400
        - SEAWORTHY_PRE_STOP_SECONDS is "-1", expected a number from 0 to 86400
        - SEAWORTHY_DRAIN_DELAY is "soon", expected a duration with its unit such as "500ms", "10s", "1m30s"; only 0 needs none
        Correct or unset the variables named above."
    `)
  })

  test('every malformed slice is named in one error', () => {
    const options = { drainDelay: 'soon', inFlight: -1, flsh: '4s' } as ShutdownBudgetOptions
    expect(refusal(options)).toMatchInlineSnapshot(`
      "SEA_OPTIONS_INVALID: shutdown:
        - "drainDelay" is "soon", expected a number of milliseconds or a text such as "500ms", "10s", "1m30s"
        - "inFlight" is -1, expected a number of milliseconds or a text such as "500ms", "10s", "1m30s"
        - "flsh" is not an option. Did you mean "flush"?
        Correct the options named above."
    `)
  })

  test('a slice may be an hour long, and not a millisecond longer', () => {
    expect(inPod({ stop: 3_600_000 }).stopMs).toBe(3_600_000)
    expect(refusal({ stop: 3_600_001 })).toContain('"stop" is 3600001 ms, expected 0 to 3600000 ms')
  })

  test('a drain delay without its unit is refused: nobody can tell 5 s from 5 ms', () => {
    expect(refusal({}, { SEAWORTHY_DRAIN_DELAY: '5' })).toContain(
      'SEAWORTHY_DRAIN_DELAY is "5", expected a duration with',
    )
  })

  test('a drain delay out of range is reported under the name of its variable', () => {
    expect(refusal({}, { SEAWORTHY_DRAIN_DELAY: '2h' })).toMatch(/^SEA_ENV_INVALID: [^]*SEAWORTHY_DRAIN_DELAY is "2h"/)
  })
})

test('a grace of tenths of a second is as long as it says: 64.1 s hold the budget that a refusal said it is enough for', () => {
  const slices = { drainDelay: 38_250, inFlight: 8879, stop: 3, margin: 16_568 }
  expect(refusal(slices, { SEAWORTHY_GRACE_SECONDS: '1' })).toContain('together, to 64.1 s or more')
  expect(inPod(slices, { SEAWORTHY_GRACE_SECONDS: '64.1' })).toMatchObject({ totalMs: 64_100, flushMs: 400 })
})
