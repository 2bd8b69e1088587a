import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('programs/list-modules.ts', import.meta.url))

interface LoadedPackages {
  readonly afterImport: readonly string[]
  readonly afterCreate: readonly string[]
  readonly afterFlush: readonly string[]
  /** Of `src/telemetry`, after the flush. */
  readonly files: readonly string[]
}

/** The packages that a process has loaded at each step. */
async function listPackages(env: Readonly<Record<string, string>>): Promise<LoadedPackages> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', SEAWORTHY_SPOOL_DIR: 'off', ...env },
    timeout: 15_000,
  })
  return JSON.parse(stdout) as LoadedPackages
}

test('nothing but the API is ever loaded of other packages, and gRPC of Node only when it is chosen', async () => {
  const http = await listPackages({})
  const grpc = await listPackages({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })

  for (const { afterImport, afterCreate, afterFlush } of [http, grpc]) {
    expect(afterImport).toEqual(['@opentelemetry/api'])
    expect(afterCreate).toEqual(['@opentelemetry/api'])
    expect(afterFlush).toEqual(['@opentelemetry/api'])
  }
  expect(http.files.filter((file) => /grpc-(?:transport|connection|session)|json-body/.test(file))).toEqual([])
  expect(grpc.files).toContain('pipeline/transports/grpc-transport.ts')
})

test('no transport is loaded for signals that go nowhere, and no spool', async () => {
  const none = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
  const { files } = await listPackages(none)
  expect(files.filter((file) => /-transport\.ts$|^spool\/disk/.test(file))).toEqual([])
})

test('a disabled SDK is not even loaded: only what passes context on', async () => {
  const { files } = await listPackages({ OTEL_SDK_DISABLED: 'true' })
  expect(
    files.filter((file) => /^(?:engine\/engine|pipeline\/outbox|trace\/tracer|metrics\/meter)/.test(file)),
  ).toEqual([])
  expect(files).toContain('context/context-manager.ts')
})
