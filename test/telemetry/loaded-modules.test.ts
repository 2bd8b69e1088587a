import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('programs/list-modules.ts', import.meta.url))

interface LoadedPackages {
  readonly afterImport: readonly string[]
  readonly afterCreate: readonly string[]
  readonly afterFlush: readonly string[]
}

/** The packages that a process has loaded at each step. */
async function listPackages(env: Readonly<Record<string, string>>): Promise<LoadedPackages> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', ...env },
    timeout: 15_000,
  })
  return JSON.parse(stdout) as LoadedPackages
}

const isGrpc = (name: string): boolean => name.includes('grpc')

test('nothing but the API is loaded until telemetry starts', async () => {
  const { afterImport, afterCreate } = await listPackages({})
  expect(afterImport).toEqual(['@opentelemetry/api'])
  expect(afterCreate).toEqual(['@opentelemetry/api'])
})

test('gRPC is loaded only when it is chosen', async () => {
  const http = await listPackages({})
  const grpc = await listPackages({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })

  expect(http.afterFlush.filter(isGrpc)).toEqual([])
  expect(http.afterFlush).toContain('@opentelemetry/exporter-trace-otlp-proto')
  expect(grpc.afterFlush).toContain('@grpc/grpc-js')
  expect(grpc.afterFlush).not.toContain('@opentelemetry/exporter-trace-otlp-proto')
})

test('no exporter is loaded for a signal that goes nowhere', async () => {
  const none = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
  const { afterFlush } = await listPackages(none)
  expect(afterFlush.filter((name) => name.includes('exporter'))).toEqual([])
})

test('a disabled SDK is not even loaded: only what passes context on', async () => {
  const { afterFlush } = await listPackages({ OTEL_SDK_DISABLED: 'true' })
  expect(afterFlush.filter((name) => name.includes('/sdk-') || name.includes('exporter'))).toEqual([])
  expect(afterFlush.filter((name) => name.startsWith('@opentelemetry/'))).toEqual(['@opentelemetry/api'])
})
