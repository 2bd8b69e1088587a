import { fileURLToPath } from 'node:url'
import type { Moment } from './moments.ts'
import { ADOPTION, COLLECTION, SCRAPE } from './moments.ts'

export interface Variant {
  readonly name: string
  readonly family: 'none' | 'ours' | 'stock'
  readonly protocol: 'http/protobuf' | 'grpc'
  readonly isCompressed: boolean
  readonly isQuick: boolean
  readonly setup: string
}

export const BARE = 'bare'
const SETUPS = fileURLToPath(new URL('../telemetry/setups/', import.meta.url))
const OURS = { family: 'ours', setup: '`createService()` with its admin port' } as const
const STOCK = { family: 'stock', setup: '`NodeSDK`, as it comes' } as const
const HTTP = { protocol: 'http/protobuf', isCompressed: false, isQuick: true } as const
const GRPC = { protocol: 'grpc', isCompressed: false, isQuick: false } as const

/** In the order of the page. */
export const VARIANTS: readonly Variant[] = [
  { name: BARE, family: 'none', ...HTTP, setup: 'the same work, telemetry that nobody registered' },
  { name: 'seaworthy http', ...OURS, ...HTTP },
  { name: 'seaworthy http, gzip', ...OURS, ...HTTP, isCompressed: true, isQuick: false },
  { name: 'seaworthy grpc', ...OURS, ...GRPC },
  { name: 'stock SDK http', ...STOCK, ...HTTP },
  { name: 'stock SDK grpc', ...STOCK, ...GRPC },
]

/** Whether a moment is one of this variant: nobody else adopts, and a scrape does not depend on how spans are sent. */
export function hasMoment({ family, protocol, isCompressed }: Variant, { id }: Moment): boolean {
  if (id === ADOPTION.id) return family !== 'stock'
  if (id === SCRAPE.id) return protocol === 'http/protobuf' && !isCompressed
  return true
}

export function argsOf({ family }: Variant): readonly string[] {
  if (family === 'ours') return ['--import', `${SETUPS}seaworthy-service.mjs`]
  return family === 'stock' ? ['--require', `${SETUPS}stock.cjs`] : []
}

/** The standard variables, the same for the stock SDK and ours. */
export function environmentOf(
  { protocol, isCompressed }: Variant,
  {
    moment,
    endpoint,
    scrapePort,
    spoolDir,
    seaworthy,
    collectEveryMs,
  }: {
    readonly moment: Moment | undefined
    readonly endpoint: string
    readonly scrapePort: number
    readonly spoolDir: string
    readonly seaworthy: string
    readonly collectEveryMs: number
  },
): Readonly<Record<string, string>> {
  const hasSpans = moment !== COLLECTION && moment !== SCRAPE
  const pull = moment === SCRAPE ? 'prometheus' : 'none'
  return {
    OTEL_SERVICE_NAME: 'bench',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_COMPRESSION: isCompressed ? 'gzip' : 'none',
    OTEL_TRACES_EXPORTER: hasSpans ? 'otlp' : 'none',
    OTEL_METRICS_EXPORTER: moment === COLLECTION ? 'otlp' : pull,
    OTEL_METRIC_EXPORT_INTERVAL: String(collectEveryMs),
    OTEL_METRIC_EXPORT_TIMEOUT: String(collectEveryMs),
    OTEL_EXPORTER_PROMETHEUS_PORT: String(scrapePort),
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
    BENCH_SEAWORTHY: `${seaworthy}/dist/public/index.js`,
    BENCH_ADMIN_PORT: String(scrapePort),
    SEAWORTHY_SPOOL_DIR: spoolDir,
  }
}
