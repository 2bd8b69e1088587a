import { expect, test } from 'vitest'
import { toSummary } from '../../src/dev/end-summary.ts'
import type { ReportedShutdown } from '../../src/dev/reported-shutdown.ts'
import { SenderCounts } from '../../src/dev/sender-counts.ts'
import type { StoredSpan } from '../../src/store/stored-item.ts'

const account = (created: number, over: object = {}): object => ({
  created,
  delivered: created,
  rejected: 0,
  dropped: {},
  pending: 0,
  ...over,
})

const report = (over: Partial<ReportedShutdown> = {}): ReportedShutdown => ({
  reason: 'SIGTERM',
  clean: true,
  phases: { drain: 5000, stop: 1 },
  laggards: [],
  aborted: [],
  failures: [],
  flush: { telemetry: { complete: true, traces: account(3), logs: account(2), metrics: account(1) } },
  service: 'orders',
  pid: 7,
  ...over,
})
const orders = { service: 'orders', pid: 7, traces: 3, logs: 2, metrics: 1 }

const summary = (shutdown: ReportedShutdown | undefined, senders: readonly object[] = [orders], code = 0): string[] =>
  toSummary({ exit: { code, signal: null }, shutdown, senders: senders as (typeof orders)[], pid: 7 }).map(
    ({ label, text, isBad }) => `${isBad === true ? '!' : ''}${label}: ${text}`,
  )

test('what was sent is told beside what arrived, and that it balances', () => {
  expect(summary(report())).toEqual([
    'shutdown: SIGTERM: drain 5s · stop 1ms · clean',
    'sent: spans 3 of 3 delivered · log records 2 of 2 · metric points 1 of 1',
    'received: 3 spans · 2 log records · 1 metric point  from orders (process 7)',
    'ledger: balanced: everything that was created has arrived',
    'exit: 0',
  ])
})

test('another sender on the same port is told apart, and hides no loss', () => {
  const foreign = { service: 'orders', pid: 8, traces: 40, logs: 0, metrics: 0 }
  const lines = summary(report(), [{ ...orders, traces: 1 }, foreign])
  expect(lines).toContain('others: 40 spans · 0 log records · 0 metric points  from orders (process 8)')
  expect(lines).toContain('!ledger: spans: 2 reported as delivered that did not arrive')
})

test('every loss has its reason', () => {
  const traces = account(11, {
    delivered: 3,
    rejected: 1,
    spooled: 2,
    dropped: { queue_full: 4, refused: 0 },
    pending: 1,
  })
  const flush = {
    telemetry: { complete: false, traces, logs: account(1), metrics: account(1) },
    sdk: { complete: false },
  }
  const lines = summary(report({ flush }))
  expect(lines.slice(1)).toEqual([
    'sent: spans 3 of 11 delivered · log records 1 of 1 · metric points 1 of 1',
    '!sent: sdk: not delivered completely',
    'received: 3 spans · 2 log records · 1 metric point  from orders (process 7)',
    '!ledger: spans: 4 dropped (queue full)',
    '!: spans: 1 rejected by the receiver',
    '!: spans: 2 spooled for the next process',
    '!: spans: 1 never sent',
    '!: log records: 1 more arrived than were reported as delivered',
    'exit: 0',
  ])
})

test('a shutdown that a failure began says the failure, and not that all was clean', () => {
  const lines = summary(report({ reason: 'the start failed', error: 'no database' }), [orders], 1)
  expect(lines.slice(0, 2)).toEqual(['!failure: the start failed: no database', 'shutdown: drain 5s · stop 1ms'])
  expect(lines.at(-1)).toBe('!exit: 1')
})

test('without a report there is nothing to compare with', () => {
  expect(summary(undefined, [{ ...orders, pid: undefined }])).toEqual([
    'others: 3 spans · 2 log records · 1 metric point  from orders',
    'exit: 0',
  ])
  expect(summary(undefined, [])).toEqual(['received: nothing', 'exit: 0'])
})

test('senders are counted apart by process, up to fifty of them', () => {
  const counts = new SenderCounts()
  const span = (pid: bigint): StoredSpan =>
    ({
      service: 's',
      resource: { attributes: { 'process.pid': pid }, droppedAttributesCount: 0 },
    }) as unknown as StoredSpan
  for (let pid = 0n; pid < 60n; pid++) for (const item of [span(pid), span(pid)]) counts.count('traces', item)
  expect(counts.all).toHaveLength(51)
  expect(counts.all[0]).toEqual({ service: 's', pid: 0, traces: 2, logs: 0, metrics: 0 })
  expect(counts.all.at(-1)).toEqual({ service: 'others', pid: undefined, traces: 20, logs: 0, metrics: 0 })
})
