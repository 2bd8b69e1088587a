import { describe, expect, test } from 'vitest'
import {
  resolveShutdownBudget,
  type ShutdownBudgetOptions,
  toCrashBudget,
} from '../../src/lifecycle/shutdown-budget.ts'

function inPod(options: ShutdownBudgetOptions = {}) {
  return resolveShutdownBudget(options, { env: {}, isTerminal: false })
}

describe('after an uncaught exception', () => {
  test('the whole shutdown takes 2 s: no drain, the other slices shrunk by the same factor', () => {
    expect(toCrashBudget(inPod())).toMatchObject({
      drainDelayMs: 0,
      inFlightMs: 1000,
      stopMs: 400,
      flushMs: 400,
      marginMs: 200,
      totalMs: 2000,
    })
  })

  test('a longer time that was chosen is taken, but never more than the slices of a regular shutdown', () => {
    expect(toCrashBudget(inPod({ crash: '4s' })).totalMs).toBe(4000)
    expect(toCrashBudget(inPod({ crash: '1h' })).totalMs).toBe(20_000)
  })

  test('the time may be 100 ms, and not a millisecond less', () => {
    expect(inPod({ crash: 100 }).crashMs).toBe(100)
    expect(() => inPod({ crash: 99 })).toThrow('"crash" is 99 ms, expected 100 to 3600000 ms')
  })

  test('with slices of nothing, nothing is left to shrink', () => {
    const none = { drainDelay: '5s', inFlight: 0, stop: 0, flush: 0, margin: 0 }
    expect(toCrashBudget(inPod(none))).toMatchObject({ totalMs: 0, flushMs: 0 })
  })
})
