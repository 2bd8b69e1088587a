import { expect, test } from 'vitest'
import { countShutdown } from '../../src/lifecycle/shutdown-counts.ts'

test('figures of all components are added up by what they mean', () => {
  const figures = {
    api: { answered: 90, answeredInDrain: 4, aborted: 3, cut: 2, upgradedCut: 1, interrupted: 1, refused: 5 },
    web: { answered: 10, answeredInDrain: 1, cut: 0, refused: 1 },
    mails: { jobs: 7, abandoned: 2, interrupted: 3 },
  }
  expect(countShutdown({ aborted: ['a', 'b'], figures, flushes: {} })).toEqual({
    answeredInDrain: 5,
    // Requests that their clients gave up are not ours.
    aborted: 5,
    interrupted: 4,
    refused: 6,
    lostTelemetry: 0,
  })
})

test('a task has no figures: it is counted by its name', () => {
  expect(countShutdown({ aborted: ['task "outbox"'], figures: {}, flushes: {} })).toEqual({
    aborted: 1,
    interrupted: 0,
    refused: 0,
    lostTelemetry: 0,
  })
})

test('telemetry is lost when it was created and neither delivered nor spooled', () => {
  const details = {
    problem: 'no collector',
    traces: { created: 10, delivered: 4, rejected: 1, dropped: { flush_limit: 5 }, pending: 0 },
    logs: { created: 8, delivered: 2, spooled: 6 },
    metrics: { created: 3, delivered: 3 },
    odd: null,
  }
  expect(
    countShutdown({ aborted: [], figures: {}, flushes: { telemetry: { complete: false, details } } }),
  ).toMatchObject({
    lostTelemetry: 6,
  })
})
