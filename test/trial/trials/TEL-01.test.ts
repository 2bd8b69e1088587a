import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import type { Sender } from '../../../src/trial/history/telemetry-events.ts'
import trial from '../../../src/trial/trials/TEL-01.ts'
import { judge, makeFacts, makeLifetime, makeRequest, makeSpan, SENDER } from '../samples.ts'
import { counted, makeExport, makeRequestCount } from '../telemetry-samples.ts'

interface Made {
  readonly requests?: number
  readonly sender?: Sender
  readonly spanAt?: number
  readonly metrics?: boolean
  readonly logs?: boolean
  readonly voyage?: string
  readonly id?: number
  readonly protocol?: 'http/protobuf' | 'grpc'
}

function live({
  requests = 20,
  sender = SENDER,
  spanAt = 5000,
  metrics = true,
  logs = true,
  ...rest
}: Made = {}): Lifetime {
  const { voyage = 'underway', id = 0, protocol = 'http/protobuf' } = rest
  const events: HistoryEvent[] = [
    ...counted(requests, (index) => makeRequest({ id: index, startedAt: 1000 + index, at: 1010 + index })),
    ...(spanAt > 0 ? [makeSpan({ traceId: 'a'.repeat(32), endedAt: 1010, at: spanAt, sender })] : []),
    ...(metrics ? [{ ...makeRequestCount(9000, 20), sender }] : []),
    ...(logs
      ? [
          {
            kind: 'log',
            at: 3000,
            sender,
            body: 'sold',
            severityNumber: 9,
            traceId: '',
            spanId: '',
            madeAt: 1005,
            attributes: {},
          } as const,
        ]
      : []),
    ...(spanAt > 0 || metrics ? [makeExport({ at: 3000, protocol })] : []),
  ]
  return makeLifetime(events, { voyage, id, settings: { otlpProtocol: 'http/protobuf' } })
}

test('traces, metrics and logs in time, with a name: a pass', () => {
  expect(judge(trial, [live()])).toMatchObject({
    outcome: 'PASS',
    says: 'Arrived in time: 1 of traces, 1 of metrics, 1 of logs, of 20 answered requests',
    notes: [],
  })
})

const SILENT = makeFacts({ telemetry: { traces: false, metrics: false, logs: false, protocol: 'http/protobuf' } })

test('no traces, or no metrics, fail it; no logs are a note', () => {
  expect(judge(trial, [live({ spanAt: 0 })], SILENT)).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('No traces arrived, though'),
  })
  expect(judge(trial, [live({ metrics: false })], SILENT)).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('No metrics'),
  })
  expect(judge(trial, [live({ logs: false })])).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('standard output')],
  })
})

test('nothing at all is said to be that', () => {
  const verdict = judge(trial, [live({ spanAt: 0, metrics: false, logs: false })], SILENT)
  expect(verdict).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('nothing was ever sent') })
})

test('what arrived in the survey and not here tells nothing: a life without a flush at its end may be too short', () => {
  expect(judge(trial, [live({ metrics: false })])).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: expect.stringContaining('No metrics arrived, though they did in the survey'),
  })
})

test.each([
  { spanAt: 11_000, outcome: 'PASS' },
  { spanAt: 11_001, outcome: 'FAIL' },
])('a first trace at $spanAt, ten seconds after the first request being 11000: $outcome', ({ spanAt, outcome }) => {
  expect(judge(trial, [live({ spanAt })]).outcome).toBe(outcome)
})

test.each(['unknown_service:node', ''])('a service that is called "%s" fails it', (name) => {
  const sender = { ...SENDER, service: name, resource: { 'service.name': name } }
  expect(judge(trial, [live({ sender })])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('service.name'),
  })
})

test('two starts with the same instance fail it, and two instances do not', () => {
  const start = (instance: string): Lifetime => live({ sender: { ...SENDER, instance }, voyage: 'starts', id: 1 })
  expect(judge(trial, [live(), start('one')])).toMatchObject({
    outcome: 'FAIL',
    says: expect.stringContaining('"one"'),
  })
  expect(judge(trial, [live(), start('two')]).outcome).toBe('PASS')
})

test('another protocol, no version and no instance are notes', () => {
  const { version: _, instance: __, ...sender } = SENDER
  const verdict = judge(trial, [live({ sender, protocol: 'grpc' })])
  expect(verdict.outcome).toBe('PASS')
  expect(verdict.notes.join('\n')).toMatch(
    /came by grpc.*said http\/protobuf[^]*service\.version[^]*service\.instance\.id/,
  )
})

test('too few requests, or nothing, tell nothing', () => {
  expect(judge(trial, [live({ requests: 19 })]).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})
