import { startReceiver } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { closedPort } from '../telemetry/telemetry-fixture.ts'
import { type LoggedService, startLogged } from './logged-service.ts'

const ENV = {
  OTEL_SDK_DISABLED: '',
  SEAWORTHY_GRACE_SECONDS: '60',
  OTEL_SERVICE_NAME: 'provided',
  // Nothing would be delivered before the end.
  OTEL_BSP_SCHEDULE_DELAY: '60000',
  OTEL_NODE_RESOURCE_DETECTORS: 'env',
}

/** SIGTERM while a request is in flight. */
async function stopDuringRequest(service: LoggedService): Promise<unknown> {
  const answer = fetch(service.url).then(
    (response) => response.text(),
    (error: unknown) => `failed: ${String(error)}`,
  )
  await service.line('request')
  service.kill('SIGTERM')
  return { answer: await answer, exit: await service.exit }
}

test.each(['by nobody else', 'by its own listener', 'by a resource'])(
  'a NodeSDK that is shut down %s delivers everything in the final flush: the request in flight, the end of the database, the shutdown itself',
  async (SHUTDOWN) => {
    await using receiver = await startReceiver()
    await using service = await startLogged('provided', { ...ENV, ...receiver.environment(), SHUTDOWN })
    expect(await stopDuringRequest(service)).toEqual({ answer: 'answered', exit: { code: 0, signal: null } })

    const spans = receiver.spans({ service: 'provided' })
    const names = spans.map(({ name }) => name)
    for (const name of ['GET /', 'database closed', 'shutdown']) expect(names).toContain(name)
    expect(new Set(names).size).toBe(names.length)
    expect(service.report()).toMatchObject({
      clean: true,
      flush: { opentelemetry: { complete: true, lost: 'unknown' } },
    })

    const request = spans.find(({ name }) => name === 'GET /')
    const line = service.log().find(({ msg }) => msg === 'answers')
    expect(line).toMatchObject({ trace_id: request?.traceId, span_id: request?.spanId })
  },
)

test('a collector that is down at the shutdown costs the slice at most, is reported, and leaves the exit code alone', async () => {
  const endpoint = `http://127.0.0.1:${await closedPort()}`
  await using service = await startLogged('provided', { ...ENV, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
  expect(await stopDuringRequest(service)).toEqual({ answer: 'answered', exit: { code: 0, signal: null } })

  // What has not ended, and that nobody waited longer for it, is tested with a clock that waits for the test.
  expect(service.report()).toMatchObject({ clean: true, flush: { opentelemetry: { complete: false } } })
})

test('OTEL_SDK_DISABLED switches a NodeSDK off, and the service runs and ends as ever', async () => {
  await using service = await startLogged('provided', { ...ENV, OTEL_SDK_DISABLED: 'true' })
  expect(await stopDuringRequest(service)).toEqual({ answer: 'answered', exit: { code: 0, signal: null } })
  expect(service.report()).toMatchObject({ clean: true, flush: { opentelemetry: { complete: true } } })
  expect(service.log().filter(({ level }) => level === 'warn')).toEqual([])
})
