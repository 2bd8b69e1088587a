import { expect, test } from 'vitest'
import type { StoredSpan } from '../../../src/store/stored-item.ts'
import { deliverSpans, exchangeRaw, rawGet, startServer, startTelemetry } from '../telemetry-fixture.ts'

/** A request by hand, and one by `fetch`: which kinds of spans they leave. */
async function observe(env: Readonly<Record<string, string>>, count: number) {
  await using started = await startTelemetry({ env })
  await using server = await startServer((_, response) => response.end())
  await exchangeRaw(server.port, rawGet('/by-hand'))
  await (await fetch(`${server.url}/by-fetch`)).text()
  const spans = await deliverSpans(started, count)
  const kinds = spans.map(({ kind }: StoredSpan) => ({ 2: 'server', 3: 'client' })[kind]).toSorted()
  const metrics = new Set(started.receiver.store.metrics({}).map(({ latest }) => latest.name))
  const warnings = started.log.lines.filter((line) => line.includes('no effect'))
  return { kinds, isRuntimeMeasured: metrics.has('nodejs.eventloop.utilization'), warnings }
}

const EVERYTHING = { kinds: ['client', 'server', 'server'], isRuntimeMeasured: true, warnings: [] }

test.each([
  [{}, EVERYTHING],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg,fs' }, EVERYTHING],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' }, { ...EVERYTHING, kinds: ['client'] }],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici' }, { ...EVERYTHING, kinds: ['server', 'server'] }],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'runtime-node' }, { ...EVERYTHING, isRuntimeMeasured: false }],
  [
    { OTEL_NODE_ENABLED_INSTRUMENTATIONS: ' http , pg' },
    { ...EVERYTHING, kinds: ['server', 'server'], isRuntimeMeasured: false },
  ],
  [
    { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,runtime-node', OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' },
    { ...EVERYTHING, kinds: ['client'] },
  ],
])('%j says what is observed', async (env, expected) => {
  expect(await observe(env, expected.kinds.length)).toEqual(expected)
})
