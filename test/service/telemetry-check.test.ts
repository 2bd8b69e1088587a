import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import { expect, onTestFinished, test, vi } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthReport } from '../../src/health/health-report.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { watchTelemetry } from '../../src/service/telemetry-check.ts'
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts'

interface Watched {
  readonly telemetry: Telemetry
  /** Runs the check once more. */
  readonly ask: () => Promise<HealthReport>
}

/** Telemetry that sends spans at once and nothing else, and its check. */
async function watch(endpoint: string): Promise<Watched> {
  const telemetry = createTelemetry({
    serviceName: 'watched',
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '1',
    },
    finalFlush: new FinalFlush(),
    ignoreRequest: () => true,
  })
  onTestFinished(async () => {
    await telemetry.flush(100)
    telemetry.uninstall()
  })
  await telemetry.start()
  const clock = new ManualClock()
  const health = new HealthChecker({ clock })
  watchTelemetry(health, telemetry)
  // As in a service: only a checker that is started waits for several results in a row.
  await health.start()
  onTestFinished(() => health.stop())
  return {
    telemetry,
    async ask() {
      // A result that is young enough would be used again.
      await clock.advance(1000)
      return health.checkHealth()
    },
  }
}

function endSpan(): void {
  trace.getTracer('test').startSpan('a span').end()
}

test('while the collector cannot be reached health is degraded, never worse, and after a delivery healthy again', async () => {
  const first = createReceiver()
  const { port, endpoint } = await first.start()
  await first.stop()
  const { telemetry, ask } = await watch(endpoint)
  expect((await ask()).status).toBe('healthy')

  endSpan()
  await vi.waitFor(() => expect(telemetry.failures().traces).toBeDefined(), 5000)
  // Nothing is lost yet, everything waits: that alone must show, at every check.
  for (let run = 0; run < 3; run++) {
    expect(await ask()).toMatchObject({
      status: 'degraded',
      checks: {
        telemetry: { status: 'degraded', message: expect.stringMatching(/^cannot deliver traces: .*ECONNREFUSED/) },
      },
    })
  }

  await using second = createReceiver({ port })
  await second.start()
  await vi.waitFor(() => expect(telemetry.account().traces.delivered).toBe(1), 20_000)
  expect((await ask()).status).toBe('healthy')
}, 30_000)

test('a refusal is a failure until the next delivery, and its loss is told once', async () => {
  let isRefusing = true
  await using receiver = createReceiver({
    respond: () => (isRefusing ? { refuse: { httpStatus: 400, message: 'not like this' } } : undefined),
  })
  const { telemetry, ask } = await watch((await receiver.start()).endpoint)
  endSpan()
  await vi.waitFor(() => expect(telemetry.account().traces.dropped).toEqual({ refused: 1 }), 5000)
  const messageOf = async (): Promise<string | undefined> => (await ask()).checks['telemetry']?.message
  expect(await messageOf()).toMatch(/^cannot deliver traces: .*; 1 items lost since the last check$/)
  expect(await messageOf()).toMatch(/^cannot deliver traces: [^;]*$/)

  isRefusing = false
  endSpan()
  await vi.waitFor(() => expect(telemetry.account().traces.delivered).toBe(1), 5000)
  expect((await ask()).status).toBe('healthy')
})

test('what the collector rejects of a batch that it takes counts as lost since the last check', async () => {
  await using receiver = createReceiver({
    respond: () => ({ partialSuccess: { rejectedCount: 1, errorMessage: 'too old' } }),
  })
  const { telemetry, ask } = await watch((await receiver.start()).endpoint)
  endSpan()
  await vi.waitFor(() => expect(telemetry.account().traces.rejected).toBe(1), 5000)
  expect((await ask()).checks['telemetry']).toMatchObject({
    status: 'degraded',
    message: '1 items lost since the last check',
  })
  expect((await ask()).status).toBe('healthy')
})

test('a service without telemetry has no such check', () => {
  const health = new HealthChecker()
  watchTelemetry(health, undefined)
  expect(health.report().checks).toEqual({})
})

test('a server that says yes and is no collector makes health degraded', async () => {
  const page = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.setHeader('content-type', 'text/html').end('<html>Log in</html>'))
  }).listen(0, '127.0.0.1')
  await once(page, 'listening')
  try {
    const { telemetry, ask } = await watch(`http://127.0.0.1:${(page.address() as AddressInfo).port}`)
    endSpan()
    await vi.waitFor(() => expect(telemetry.failures().traces).toBeDefined(), 5000)
    const message = expect.stringMatching(
      /^cannot deliver traces: .* said yes, but not as OTLP does \(text\/html\)/,
    ) as string
    expect(await ask()).toMatchObject({ status: 'degraded', checks: { telemetry: { status: 'degraded', message } } })
  } finally {
    page.closeAllConnections()
    page.close()
  }
})
