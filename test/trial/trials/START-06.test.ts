import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/START-06.ts'
import { judge, makeLifetime, makeSpan, SENDER } from '../samples.ts'
import { makeLine, makeSpawned } from '../start-samples.ts'

const opened = (port: number): HistoryEvent => ({
  kind: 'listening',
  at: 100,
  what: 'opened',
  port,
  host: '::',
  pid: 42,
  resolutionMs: 5,
})
const EXPORT: HistoryEvent = {
  kind: 'export',
  at: 500,
  signal: 'traces',
  protocol: 'grpc',
  startedAt: 490,
  itemCount: 1,
  byteCount: 100,
}
const spanOf = (service: string): HistoryEvent =>
  makeSpan({ traceId: 'a'.repeat(32), endedAt: 400, sender: { ...SENDER, service } })

function makeStart(events: readonly HistoryEvent[], logLevel = 'debug', lineCount = 0): Lifetime {
  const lines = Array.from({ length: lineCount }, (_, index) => makeLine(200 + index, 'hello'))
  const settings = { askedPort: 4711, portVariable: 'PORT', serviceName: 'renamed', logLevel }
  return makeLifetime([makeSpawned(0), ...events, ...lines], { voyage: 'environment', settings })
}

test('port, name, endpoint and log level that follow the variables pass', () => {
  const events = [opened(4711), EXPORT, spanOf('renamed')]
  expect(judge(trial, [makeStart(events, 'debug', 10), makeStart(events, 'error', 2)])).toMatchObject({
    outcome: 'PASS',
    says: 'Taken from the environment: port, service name, endpoint of the collector, log level',
    notes: [],
  })
})

test('a port that stays what it was fails', () => {
  expect(judge(trial, [makeStart([opened(8080)])])).toMatchObject({
    outcome: 'FAIL',
    says: 'The service listened on port 8080, although PORT said 4711',
  })
})

test('a second port beside the one that was asked for is nothing wrong', () => {
  expect(judge(trial, [makeStart([opened(9090), opened(4711)])]).outcome).toBe('PASS')
})

test('a name that stays what it was fails', () => {
  expect(judge(trial, [makeStart([opened(4711), EXPORT, spanOf('shop')])])).toMatchObject({
    outcome: 'FAIL',
    says: 'Telemetry came from the service "shop", although OTEL_SERVICE_NAME said "renamed"',
  })
})

test('a log level without effect, and no telemetry, are notes', () => {
  const verdict = judge(trial, [makeStart([opened(4711)], 'debug', 3), makeStart([opened(4711)], 'error', 3)])
  expect(verdict).toMatchObject({
    outcome: 'PASS',
    notes: [
      expect.stringContaining('No telemetry arrived'),
      expect.stringContaining('3 lines with debug, 3 with error'),
    ],
  })
})

test('without any effect nobody can tell', () => {
  expect(judge(trial, [makeStart([])]).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'environment' })]).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})
