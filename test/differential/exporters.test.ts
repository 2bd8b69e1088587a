import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeCertificate } from '../server/self-signed-certificate.ts'
import { type ExchangeOptions, type Exchanges, startExchanges } from './exchanges.ts'
import { launchProgram } from './run-program.ts'
import { SET_UPS, type SetUp, STOCK } from './set-ups.ts'

/* The variables of the exporters: what a collector is asked is the same with the stock SDK and with ours. */

const { pem } = makeCertificate({ name: 'localhost', altNames: ['IP:127.0.0.1'], isAuthority: true })
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-exporters-'))
const [CERT, KEY] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
writeFileSync(CERT, pem.cert)
writeFileSync(KEY, pem.key)
afterAll(() => rmSync(folder, { recursive: true }))

const PROGRAM = {
  name: 'signals',
  file: new URL('programs/signals.mjs', import.meta.url),
  instrumentations: [],
  setUps: ['engine'],
} as const
const HEADERS = 'x-general=1,x-both=general,x-escaped=a%20b%2Cc%3Bd, x-spaced = 2 ,authorization=Basic%20YTpi'

interface Case {
  readonly name: string
  readonly server: ExchangeOptions
  readonly env: (port: number) => Readonly<Record<string, string>>
}

const CASES: readonly Case[] = [
  {
    name: 'a general endpoint with a path, headers, gzip, one signal without',
    server: { protocol: 'http' },
    env: (port) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/otlp/`,
      OTEL_EXPORTER_OTLP_HEADERS: HEADERS,
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-both=own,x-own=3',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
    }),
  },
  {
    name: 'endpoints of signals, taken as they are',
    server: { protocol: 'http' },
    env: (port) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/custom?key=1`,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${port}/v1/metrics`,
      OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'gzip',
    }),
  },
  {
    name: 'JSON with gzip',
    server: { protocol: 'http' },
    env: (port) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    }),
  },
  {
    name: 'gRPC with headers and gzip',
    server: { protocol: 'grpc' },
    env: (port) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: HEADERS,
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-both=own',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    }),
  },
  {
    name: 'gRPC for all, to a target without a scheme in plain text',
    server: { protocol: 'grpc' },
    env: (port) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
    }),
  },
  {
    name: 'a protocol for one signal',
    server: { protocol: 'http' },
    env: (port) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf',
      OTEL_METRICS_EXPORTER: 'none',
    }),
  },
  ...(['http', 'grpc'] as const).map((protocol) => ({
    name: `certificates, over ${protocol}`,
    server: { protocol, certified: pem },
    env: (port: number) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol === 'grpc' ? 'grpc' : 'http/protobuf',
      OTEL_EXPORTER_OTLP_CERTIFICATE: CERT,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: KEY,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: CERT,
    }),
  })),
]

/** Two processes on a machine that does other things. */
const LIMIT_MS = 60_000

test.for(CASES)('$name', { timeout: LIMIT_MS }, async ({ server, env }) => {
  const ask = async (setUp: SetUp): Promise<Exchanges['asked']> => {
    await using exchanges = await startExchanges(server)
    await launchProgram(PROGRAM, setUp, { SEAWORTHY_SPOOL_DIR: 'off', ...env(exchanges.port) })
    return exchanges.asked
  }
  const [stock, ours] = await Promise.all([ask(STOCK), ask(SET_UPS.engine)])
  expect(stock.size).toBeGreaterThan(1)
  expect(ours).toEqual(stock)
})
