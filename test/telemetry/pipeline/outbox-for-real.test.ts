import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import { readTelemetryEnv } from '../../../src/telemetry/env/telemetry-env.ts'
import { createReceiver } from '../../../src/receiver/receiver.ts'
import { Outbox } from '../../../src/telemetry/pipeline/outbox.ts'
import { openTransport } from '../../../src/telemetry/pipeline/transports/open-transport.ts'
import { DiskSpool } from '../../../src/telemetry/spool/disk-spool.ts'
import { totalOf } from './outbox-fixture.ts'

/** Tags of a span's fields 1, 2 and 5. */
const [TRACE_ID, SPAN_ID, NAME] = [0x0a, 0x12, 0x2a]

interface Started {
  readonly outbox: Outbox
  readonly spool: DiskSpool
  /** So many spans, in one chunk. */
  readonly addSpans: (count: number) => void
}

/** An outbox with everything that it has in a service. */
async function start(endpoint: string, protocol: string, directory: string): Promise<Started> {
  const settings = readTelemetryEnv({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  })
  const clock = systemClock
  const { otlp } = settings.signals.traces
  const transport = await openTransport('traces', otlp, { clock, onProblem: () => {} })
  let opened: DiskSpool | undefined
  const outbox = new Outbox({
    clock,
    signals: { traces: { transport, limits: settings.spanBatches, timeoutMs: otlp.timeoutMs } },
    openSpool(listener) {
      opened = new DiskSpool({
        settings: { directory, isDefaultDirectory: false, maxBytes: 16 * 1_048_576, maxAgeMs: 3_600_000 },
        serviceName: 'orders',
        listener,
        clock,
        log: silentLog,
      })
      opened.start()
      return opened
    },
  })
  const spool = opened
  if (spool === undefined) throw new Error('the spool was not opened')
  const ledger = outbox.ledger('traces')
  const chunks = new OpenChunks({ signal: 'traces', resource: { attributes: {} }, clock, sink: outbox, ledger })
  const open = chunks.scope({ name: 'test' })
  return {
    outbox,
    spool,
    addSpans(count) {
      for (let index = 0; index < count; index++) {
        const span = open.begin()
        span.traceId(TRACE_ID, 1, 2, 3, 4)
        span.spanId(SPAN_ID, 5, index + 1)
        span.text(NAME, `span ${index}`)
        open.commit()
      }
      chunks.sealAll()
    },
  }
}

test.for(['http/protobuf', 'grpc'])(
  'over %s, what was created in an outage arrives once the collector is there, and the spool is empty again',
  { timeout: 30_000 },
  async (protocol) => {
    const directory = await mkdtemp(join(tmpdir(), 'outbox-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const first = createReceiver()
    const { port, endpoint } = await first.start()
    await first.stop()
    const { outbox, addSpans } = await start(endpoint, protocol, directory)
    onTestFinished(() => outbox.release())
    addSpans(1000)
    await vi.waitFor(() => expect(outbox.failure('traces')).toMatch(/ECONNREFUSED/), 10_000)
    const stored = { created: 1000, spooled: 1000, pending: 0 }
    await vi.waitFor(() => expect(outbox.account('traces')).toMatchObject(stored), 10_000)

    await using receiver = createReceiver({ port })
    await receiver.start()
    await vi.waitFor(() => expect(outbox.account('traces').delivered).toBe(1000), 15_000)
    expect(receiver.store.stats.traces.received).toBe(1000)
    expect(outbox.account('traces')).toMatchObject({ spooled: 0, pending: 0, dropped: expect.toBeOneOf([{}]) })
  },
)

test('what a process could not deliver is adopted and delivered by the next one', { timeout: 30_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'outbox-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const first = await start('http://127.0.0.1:1', 'http/protobuf', directory)
  first.addSpans(700)
  await first.outbox.close(300)
  first.addSpans(5)
  expect(first.outbox.account('traces')).toMatchObject({
    created: 705,
    spooled: 705,
    pending: 0,
    dropped: expect.toBeOneOf([{}]),
  })
  first.outbox.releaseNow()

  await using receiver = createReceiver()
  const { endpoint } = await receiver.start()
  const second = await start(endpoint, 'http/protobuf', directory)
  onTestFinished(() => second.outbox.release())
  await vi.waitFor(() => expect(second.outbox.account('traces').delivered).toBe(705), 15_000)
  expect(second.outbox.account('traces')).toMatchObject({ created: 705, adopted: 705, spooled: 0 })
  expect(totalOf(second.outbox.account('traces'))).toBe(705)
  expect(receiver.store.stats.traces.received).toBe(705)
})
