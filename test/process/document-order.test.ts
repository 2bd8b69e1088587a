import { startReceiver, type TestReceiver } from 'seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { startService } from './start-service.ts'

const HANDLERS = ['stop-accepting-requests', 'drain-active-connections', 'shutdown-otlp', 'close-database']

function names(receiver: TestReceiver): readonly string[] {
  return receiver.spans({ service: 'shop' }).map((span) => span.name)
}

describe('the order of the original document, telemetry shut down before the database', () => {
  test('with our telemetry, the spans of the shutdown, of the database and of every handler arrive', async () => {
    await using receiver = await startReceiver()
    await using service = await startService('document-order', receiver.environment())
    expect(await (await fetch(service.ready)).text()).toBe('placed')

    service.kill('SIGTERM')

    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(service.lines.at(-1)).toBe('Shutdown complete')
    expect(names(receiver)).toEqual(
      expect.arrayContaining(['place order', 'shutdown', 'db.close', ...HANDLERS.map((name) => `stop ${name}`)]),
    )
    const [shutdown] = receiver.spans({ name: 'shutdown' })
    const [handler] = receiver.spans({ name: 'stop close-database' })
    const [close] = receiver.spans({ name: 'db.close' })
    expect(shutdown).toMatchObject({ parentSpanId: '', attributes: { 'seaworthy.shutdown.reason': 'SIGTERM' } })
    expect(handler).toMatchObject({ traceId: shutdown?.traceId, parentSpanId: shutdown?.spanId })
    expect(close).toMatchObject({ traceId: shutdown?.traceId, parentSpanId: handler?.spanId })
  })

  test('the span of the shutdown begins at the signal and ends after the last handler', async () => {
    await using receiver = await startReceiver()
    await using service = await startService('document-order', receiver.environment())
    await (await fetch(service.ready)).text()
    service.kill('SIGTERM')
    await service.exit
    const [shutdown] = receiver.spans({ name: 'shutdown' })
    const [close] = receiver.spans({ name: 'stop close-database' })
    // In the document it begins with the program. What was served before the signal comes before it here.
    const [served] = receiver.spans({ name: 'place order' })
    expect(shutdown?.startTimeUnixNano).toBeGreaterThanOrEqual(served?.endTimeUnixNano ?? 2n ** 63n)
    // The SDK cuts the beginning of a span to whole milliseconds and adds its length: two ends compare no better.
    const end = (shutdown?.endTimeUnixNano ?? 0n) + 1_000_000n
    expect(end).toBeGreaterThanOrEqual(close?.endTimeUnixNano ?? 2n ** 63n)
  })

  test('our telemetry says that it has left its own shutdown to the flush, and the report that nothing was lost', async () => {
    await using receiver = await startReceiver()
    await using service = await startService('document-order', receiver.environment())
    service.kill('SIGTERM')
    await service.exit
    expect(await service.line('left to the flush')).toMatch(/^debug telemetry\.shutdown\(\) during a shutdown/)
    const report = await service.line('stopped in')
    expect(JSON.parse(report.slice(report.indexOf('{')))).toMatchObject({
      clean: true,
      flush: { telemetry: { complete: true, lost: 0, traces: { created: 6, delivered: 6 } } },
    })
    expect(service.lines.filter((line) => line.startsWith('warn'))).toEqual([])
  })

  test('with a collector that is gone, the shutdown ends in its time all the same, and says what was lost', async () => {
    const receiver = await startReceiver()
    await using service = await startService('document-order', receiver.environment())
    await receiver.stop()
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    const report = await service.line('stopped in')
    expect(report).toContain('telemetry not delivered completely')
  })
})

describe('a foreign SDK, shut down by a handler', () => {
  test('is warned of; it loses what the document loses', async () => {
    await using receiver = await startReceiver()
    await using service = await startService('document-order', { ...receiver.environment(), TELEMETRY: 'foreign' })
    await (await fetch(service.ready)).text()
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(await service.line('warn')).toContain('an OpenTelemetry SDK that is not Seaworthy’s is registered')
    expect(names(receiver)).toEqual(expect.arrayContaining(['place order', 'stop drain-active-connections']))
    expect(names(receiver)).not.toContain('shutdown')
    expect(names(receiver)).not.toContain('db.close')
  })

  test('that is passed as `flush` instead loses nothing, and is not warned of', async () => {
    await using receiver = await startReceiver()
    const env = { ...receiver.environment(), TELEMETRY: 'foreign as flush' }
    await using service = await startService('document-order', env)
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(names(receiver)).toEqual(expect.arrayContaining(['shutdown', 'db.close', 'stop close-database']))
    expect(service.lines.filter((line) => line.startsWith('warn'))).toEqual([])
  })
})
