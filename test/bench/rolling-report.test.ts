import { expect, test } from 'vitest'
import type { FleetResult } from '../../bench/rolling-restart/fleet.ts'
import { Estimate, inWords, type Settings, stagesOf } from '../../bench/rolling-restart/plan.ts'
import { merge, problemsOf, type RollingResults, toPage, toTable } from '../../bench/rolling-restart/report.ts'
import type { RouteFigures } from '../../bench/rolling-restart/route.ts'

const NGINX = 'nginx, kept alive'

const SETTINGS: Settings = { restarts: 200, control: 30, fleets: 3, lagsS: [0, 2, 5], drainDelayMs: 5000, seed: 1 }

function figures(sent: number, outcomes: Record<string, number> = {}): RouteFigures {
  const failed = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const failures = Object.keys(outcomes).map((outcome) => ({ outcome, method: 'GET', reuse: 1, when: 'now' }))
  return { sent, answered: sent - failed, failed, refused: 0, outcomes, failures }
}

function fleet(nginx: RouteFigures, haproxy = figures(100), exitCode = '0'): FleetResult {
  const routes = { [NGINX]: nginx, 'HAProxy, kept alive': haproxy }
  return { restarts: 5, exitCodes: { [exitCode]: 10 }, stopMs: [5500], routes }
}

function results(lags: RollingResults['lags']): RollingResults {
  const about = {
    commit: 'abc',
    date: '2026-01-01',
    node: 'v24',
    isDirty: false,
    machine: '2 × test',
    haproxy: '2.6',
    nginx: '1.22',
    seed: 1,
  }
  return { ...about, drainDelayMs: 5000, lags }
}

test('resets by nginx are nobody’s promise, but its 502 counts as lost, and so does what fails elsewhere', () => {
  expect(merge([fleet(figures(50, { 'reset-reused': 3 })), fleet(figures(50))]).lost).toBe(0)
  expect(merge([fleet(figures(50, { 'reset-reused': 3, 502: 2 })), fleet(figures(50))]).lost).toBe(2)
  expect(merge([fleet(figures(50)), fleet(figures(50), figures(100, { 'reset-reused': 1 }))]).lost).toBe(1)
})

test('failures are counted also where no more of them are kept', () => {
  const many = Array.from({ length: 3 }, () => fleet(figures(500, { 502: 90, 'reset-reused': 50 })))
  const merged = merge(many)
  expect(merged).toMatchObject({ fleets: 3, restarts: 15, lost: 270, exitCodes: { 0: 30 } })
  expect(toTable([{ lagS: 0, ...merged }])).toContain('502 × 270, reset-reused × 150')
})

test('the control has every fleet of the measurement, and its resets stand beside those of the restarts', () => {
  const kinds = stagesOf(SETTINGS).map(({ lagS, restarted, restarts }) => [lagS, restarted, restarts])
  expect(kinds).toEqual([
    [0, 'replicas', 200],
    [0, 'spare', 30],
    [2, 'replicas', 200],
    [2, 'spare', 30],
    [5, 'replicas', 30],
  ])
  const measured = merge([fleet(figures(50, { 'reset-reused': 3 })), fleet(figures(50))])
  const control = merge([fleet(figures(60, { 'reset-reused': 2 })), fleet(figures(60))])
  const page = toPage(results([{ lagS: 0, ...measured, control }]))
  expect(page).toContain('| replicas restarted | 40 | 100 | 3 | 7.5 |')
  expect(page).toContain('| control: a spare restarted | 40 | 120 | 2 | 5.0 |')
  expect(page).toContain('On all other ways of the control, 0 of 200 requests failed.')
  expect(page).toContain('as many fleets as the measurement')
  expect(toPage(results([{ lagS: 0, ...measured }]))).toContain('This run had no control')
})

test('a run fails when something is lost below the drain delay, at an unclean exit, and when nothing was sent', () => {
  const lost = merge([fleet(figures(50, { 502: 2 }))])
  expect(problemsOf(results([{ lagS: 2, ...lost }]))).toEqual(['lag 2 s: 2 of 150 requests lost'])
  expect(problemsOf(results([{ lagS: 5, ...lost }]))).toEqual([])
  const unclean = merge([fleet(figures(50), figures(100), 'SIGKILL')])
  expect(problemsOf(results([{ lagS: 0, ...unclean }]))).toEqual(['lag 0 s: 10 replicas ended with SIGKILL'])
  const idle = merge([fleet(figures(0), figures(0))])
  expect(problemsOf(results([{ lagS: 0, ...idle }]))).toEqual(['lag 0 s: nothing was sent'])
})

test('how long a run takes is told from its settings, and by its pace once there is one', () => {
  const estimate = new Estimate(SETTINGS)
  expect(inWords(estimate.totalMs)).toBe('40 min')
  expect(estimate.leftMs(0, 0, 60_000)).toBe(estimate.totalMs)
  // Half of the first lag in twice the time that was expected: the rest takes twice as long, too.
  const overMs = 4000 + (100 / 3) * 2 * 7200
  const restMs = estimate.leftMs(0, 100, 2 * overMs)
  expect(restMs / 2 + overMs).toBeGreaterThan(0.97 * estimate.totalMs)
  expect(restMs / 2 + overMs).toBeLessThan(1.03 * estimate.totalMs)
  expect(estimate.leftMs(4, 30, 1000)).toBe(0)
  expect([inWords(-5), inWords(61_000), inWords(150_000)]).toEqual(['0 s', '61 s', '3 min'])
})
