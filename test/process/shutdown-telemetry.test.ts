import { startReceiver } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { startShop } from './start-shop.ts'

const PHASES = ['announce', 'drain', 'finish', 'stop'] as const

test('the shutdown arrives at the collector: a span with its phases, and a log record, both with what was cut', async () => {
  await using receiver = await startReceiver()
  await using shop = await startShop({ ...receiver.environment(), OTEL_SDK_DISABLED: '' })
  const request = fetch(`${shop.url}/?waitMs=30000`).catch(() => {})
  await shop.line('request /?waitMs=30000')
  shop.kill('SIGTERM')
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  await request

  const common = {
    'seaworthy.shutdown.reason': 'SIGTERM',
    'seaworthy.shutdown.clean': false,
    'seaworthy.shutdown.aborted_count': 1,
    'seaworthy.shutdown.exit_code': 1,
  }
  const [span, ...moreSpans] = receiver.spans({ name: 'shutdown' })
  expect(moreSpans).toEqual([])
  expect(span?.attributes).toMatchObject(common)
  for (const phase of PHASES) expect(span?.attributes).toHaveProperty([`seaworthy.shutdown.phase.${phase}.duration`])
  expect(span?.events.map(({ attributes }) => attributes['seaworthy.shutdown.phase'])).toEqual(PHASES)

  const [record, ...moreRecords] = receiver.logs({}).filter(({ eventName }) => eventName === 'seaworthy.shutdown')
  expect(moreRecords).toEqual([])
  expect(record?.attributes).toMatchObject(common)
  expect(record).toMatchObject({ traceId: span?.traceId, spanId: span?.spanId })
})

test('the flush loses nothing of it, and the report says so', async () => {
  await using receiver = await startReceiver()
  await using shop = await startShop({ ...receiver.environment(), OTEL_SDK_DISABLED: '' })
  shop.kill('SIGTERM')
  expect(await shop.exit).toEqual({ code: 0, signal: null })
  expect(shop.report()).toMatchObject({
    exitCode: 0,
    counts: { aborted: 0, refused: 0, lostTelemetry: 0 },
    flush: { telemetry: { complete: true, lost: 0 } },
  })
  expect(receiver.logs({}).filter(({ eventName }) => eventName === 'seaworthy.shutdown')).toHaveLength(1)
})
