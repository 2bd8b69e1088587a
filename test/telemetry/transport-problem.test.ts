import { trace } from '@opentelemetry/api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { selfSignedCertificate } from '../server/self-signed-certificate.ts'
import { startServer, startTelemetry } from './telemetry-fixture.ts'

test('a certificate that is gone is one plain line of warning, with what to look at', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-certificate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, selfSignedCertificate().cert)
  // Before TLS, there must be a connection.
  await using server = await startServer(() => {})
  await using started = await startTelemetry({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${server.port}`,
      OTEL_EXPORTER_OTLP_CERTIFICATE: file,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '1',
      OTEL_LOGS_EXPORTER: 'none',
    },
  })
  rmSync(file)
  trace.getTracer('test').startSpan('x').end()
  const warned = (): readonly string[] => started.log.lines.filter((line) => line.includes('have changed and cannot'))
  await vi.waitFor(() => expect(warned()).toHaveLength(1), 8000)

  expect(warned()[0]).toMatch(
    /^warn the files of OTEL_EXPORTER_OTLP_CERTIFICATE have changed and cannot be used \(ENOENT\); the old ones stay/,
  )
  expect(started.log.lines.filter((line) => line.includes('telemetry of something failed'))).toEqual([])
})
