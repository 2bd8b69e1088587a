import { describe, expect, test } from 'vitest'
import { startReceiver } from 'seaworthy/testing'
import { systemClock } from '../../src/core/clock.ts'
import { runLoad } from '../../src/load/open-loop.ts'
import { freePort } from '../../src/process/free-port.ts'
import { REGISTER, startRegistered } from './start-registered.ts'

const SAMPLES = new URL('services/samples/', import.meta.url)
const SHIM = ['--import', new URL('instead-of-port-3000.mjs', SAMPLES).href] as const
const WAYS = [
  ['--import', { flags: [...REGISTER, ...SHIM] }, {}],
  ['--require', { flags: ['--require', 'seaworthy/register', ...SHIM] }, {}],
  ['NODE_OPTIONS', { flags: [] }, { NODE_OPTIONS: [...REGISTER, ...SHIM].join(' ') }],
] as const

const ANSWERS: Readonly<Record<string, string>> = {
  'express-hello.cjs': 'Hello World!',
  'fastify-hello.mjs': '{"hello":"world"}',
}

describe.each(Object.entries(ANSWERS))('%s, from the documentation of its framework and untouched', (file, body) => {
  test.each(WAYS)(
    'by %s, under load, SIGTERM: no request is lost, and every one has its span',
    async (_way, settings, options) => {
      await using receiver = await startReceiver()
      const port = await freePort()
      await using app = await startRegistered(
        new URL(file, SAMPLES),
        {
          ...receiver.environment(),
          ...options,
          OTEL_SDK_DISABLED: 'false',
          OTEL_SERVICE_NAME: 'hello',
          SAMPLE_PORT: String(port),
          SEAWORTHY_DRAIN_DELAY: '500ms',
        },
        settings,
      )
      expect((await fetch(`${app.adminUrl}/readyz`)).status).toBe(200)
      expect((await fetch(`${app.adminUrl}/livez`)).status).toBe(200)

      const half = Promise.withResolvers<void>()
      const result = runLoad({
        clock: systemClock,
        host: '127.0.0.1',
        port,
        wireDelayMs: 25,
        arrivals: { perSecond: 100 },
        maxConnections: 20,
        nextRequest: () => ({ path: '/' }),
        onResult: (_, index) => index === 50 && half.resolve(),
      })
      await half.promise
      app.kill('SIGTERM')
      await app.line('received SIGTERM')
      expect((await fetch(`${app.adminUrl}/readyz`)).status).toBe(503)
      const late = await fetch(`http://127.0.0.1:${port}/`)
      expect(await late.text()).toBe(body)
      expect(late.headers.get('connection')).toBe('close')

      const figures = await result
      expect(figures).toMatchObject({ failed: {}, failedCount: 0, byStatus: { 200: figures.sent } })
      expect(await app.exit).toEqual({ code: 0, signal: null })
      expect(app.report()).toMatchObject({ reason: 'SIGTERM', clean: true, aborted: [], counts: { lostTelemetry: 0 } })
      const spans = receiver.spans({ service: 'hello', kind: 'server' })
      // One more than the load: the late one.
      expect(spans.length).toBe(figures.sent + 1)
      expect(receiver.spans({ service: 'hello', name: 'shutdown' })).toHaveLength(1)
      expect(app.errorLines.filter((line) => !line.startsWith('{'))).toEqual([])
    },
  )
})
