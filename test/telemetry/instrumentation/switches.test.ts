import { expect, test } from 'vitest'
import { deliverSpans, exchangeRaw, rawGet, startServer, startTelemetry } from '../telemetry-fixture.ts'

/** A request by hand, and one by `fetch`: which spans they leave. */
async function observe(env: Readonly<Record<string, string>>, count: number) {
  await using started = await startTelemetry({ env })
  await using server = await startServer((_, response) => response.end())
  await exchangeRaw(server.port, rawGet('/by-hand'))
  await (await fetch(`${server.url}/by-fetch`)).text()
  const spans = await deliverSpans(started, count)
  const of = (wanted: number): string[] => spans.filter(({ kind }) => kind === wanted).map(({ name }) => name)
  const metrics = new Set(started.receiver.store.metrics({}).map(({ latest }) => latest.name))
  const warnings = started.log.lines.filter((line) => line.includes('no effect'))
  return { servers: of(2), clients: of(3), isRuntimeMeasured: metrics.has('nodejs.eventloop.utilization'), warnings }
}

const EVERYTHING = { servers: ['GET', 'GET'], clients: ['GET'], isRuntimeMeasured: true, warnings: [] }

test.each([
  [{}, EVERYTHING],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg,fs' }, EVERYTHING],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' }, { ...EVERYTHING, servers: [] }],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici' }, { ...EVERYTHING, clients: [] }],
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'runtime-node' }, { ...EVERYTHING, isRuntimeMeasured: false }],
  [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: ' http , pg' }, { ...EVERYTHING, clients: [], isRuntimeMeasured: false }],
  [
    { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,runtime-node', OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' },
    { ...EVERYTHING, servers: [] },
  ],
])('%j says what is observed', async (env, expected) => {
  expect(await observe(env, expected.servers.length + expected.clients.length)).toEqual(expected)
})
