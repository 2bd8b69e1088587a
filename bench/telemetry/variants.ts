import { createRequire } from 'node:module'
import { METRIC_INTERVAL_MS } from './settings.ts'

/** Who is behind the telemetry of a variant. */
export type Family = 'none' | 'ours' | 'stock' | 'peer'

/** What a variant is given when it starts. */
export interface Surroundings {
  /** Where its telemetry goes. */
  readonly sinkPort: number
  /** A directory of its own. */
  readonly folder: string
  /** The built package. */
  readonly seaworthy: string
}

/** One service in one set-up. */
export interface Variant {
  readonly name: string
  readonly family: Family
  /** The share of requests whose spans are wanted; 0 where there are none. */
  readonly samplingRatio: number
  /** The variant whose throughput is 1: the same service with nothing that observes it. */
  readonly base: string
  readonly protocol: 'http' | 'grpc'
  readonly service: string
  /** Spans that each sampled request should leave. */
  readonly spansPerRequest: number
  readonly args: (surroundings: Surroundings) => readonly string[]
  readonly env: (surroundings: Surroundings) => Readonly<Record<string, string>>
  readonly setup: string
  /** Also measured on the newest Node. */
  readonly isOnOtherNode: boolean
  readonly isQuick: boolean
}

type Part = Partial<Variant> & Pick<Variant, 'name'>

export const BARE = 'bare node:http'
export const BARE_AGAIN = 'bare node:http again'
/** Shows what telemetry pays for the client that it sends by, which most services use anyway. */
export const BARE_POSTING = 'bare node:http that posts'
const BARE_PINO = 'bare node:http + pino'
const FASTIFY = 'fastify'

const require = createRequire(import.meta.url)
const inHere = (path: string): string => new URL(path, import.meta.url).pathname

interface Telemetry {
  readonly ratio?: number
  readonly protocol?: 'http' | 'grpc'
  readonly metrics?: boolean
  readonly pino?: boolean
  readonly logs?: boolean
}

/** The standard variables, the same for the stock SDK, the automatic instrumentations and ours. */
function otel({ ratio = 1, protocol = 'http', metrics = false, pino = false, logs = false }: Telemetry) {
  return ({ sinkPort }: Surroundings): Record<string, string> => ({
    OTEL_SERVICE_NAME: 'bench',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol === 'grpc' ? 'grpc' : 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(ratio),
    OTEL_METRICS_EXPORTER: metrics ? 'otlp' : 'none',
    OTEL_METRIC_EXPORT_INTERVAL: String(METRIC_INTERVAL_MS),
    OTEL_LOGS_EXPORTER: logs ? 'otlp' : 'none',
    // Asks the network who it is, for a second and more, where there is no answer.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
    ...(pino ? { BENCH_LOG: 'pino' } : {}),
  })
}

function suffix({ ratio = 1, metrics = false, pino = false }: Telemetry): string {
  return `${ratio * 100} %${metrics ? ' + metrics' : ''}${pino ? ' + pino' : ''}`
}

function stock(options: Telemetry, more: Partial<Variant> = {}): Part {
  const protocol = options.protocol ?? 'http'
  return {
    name: `stock SDK ${protocol} ${suffix(options)}`,
    family: 'stock',
    samplingRatio: options.ratio ?? 1,
    base: options.pino === true ? BARE_PINO : BARE,
    protocol,
    args: () => ['--require', inHere('setups/stock.cjs')],
    env: otel(options),
    setup: '`NodeSDK` with `instrumentation-http`, and `instrumentation-pino` where pino is',
    ...more,
  }
}

function ours(options: Telemetry, more: Partial<Variant> = {}): Part {
  const protocol = options.protocol ?? 'http'
  const env = otel(options)
  return {
    name: `seaworthy ${protocol} ${suffix(options)}`,
    family: 'ours',
    samplingRatio: options.ratio ?? 1,
    base: options.pino === true ? BARE_PINO : BARE,
    protocol,
    args: () => ['--import', inHere('setups/seaworthy.mjs')],
    setup: '`createTelemetry()` before the service is loaded',
    ...more,
    env: (surroundings) => ({
      ...env(surroundings),
      BENCH_SEAWORTHY: `${surroundings.seaworthy}/dist/public/index.js`,
      SEAWORTHY_SPOOL_DIR: surroundings.folder,
      ...(options.pino === true ? { BENCH_LOG_IDS: '1' } : {}),
      ...more.env?.(surroundings),
    }),
  }
}

function peer(name: string, ratio: number, part: Partial<Variant>): Part {
  return { name: `${name} ${ratio * 100} %`, family: 'peer', samplingRatio: ratio, ...part }
}

const NEWEST = { isOnOtherNode: true }
const QUICK = { isQuick: true, isOnOtherNode: true }

const PEERS = [0.1, 1].flatMap((ratio): readonly Part[] => [
  peer('auto-instrumentations', ratio, {
    args: () => ['--require', '@opentelemetry/auto-instrumentations-node/register'],
    env: otel({ ratio }),
    setup: '`--require @opentelemetry/auto-instrumentations-node/register`',
    isOnOtherNode: true,
  }),
  peer('dd-trace', ratio, {
    args: () => ['--require', inHere('setups/datadog.cjs')],
    env: ({ sinkPort }) => ({
      DD_TRACE_AGENT_URL: `http://127.0.0.1:${sinkPort}`,
      DD_TRACE_SAMPLE_RATE: String(ratio),
      // Not limited to 100 traces a second, as it is where it says nothing.
      DD_TRACE_RATE_LIMIT: '-1',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_TRACE_STARTUP_LOGS: 'false',
    }),
    setup: '`tracer.init()`; its own telemetry and remote configuration off',
  }),
  peer('@sentry/node', ratio, {
    args: () => ['--import', inHere('setups/sentry.mjs')],
    env: ({ sinkPort }) => ({ BENCH_DSN: `http://key@127.0.0.1:${sinkPort}/1`, BENCH_RATIO: String(ratio) }),
    setup: '`Sentry.init()` with `tracesSampleRate`',
  }),
  peer('elastic-apm-node', ratio, {
    args: () => ['--require', inHere('setups/elastic.cjs')],
    env: ({ sinkPort }) => ({
      ELASTIC_APM_SERVER_URL: `http://127.0.0.1:${sinkPort}`,
      ELASTIC_APM_TRANSACTION_SAMPLE_RATE: String(ratio),
      ELASTIC_APM_CENTRAL_CONFIG: 'false',
      ELASTIC_APM_CLOUD_PROVIDER: 'none',
      ELASTIC_APM_METRICS_INTERVAL: '0s',
      ELASTIC_APM_LOG_LEVEL: 'off',
    }),
    setup: '`elastic-apm-node` started; metrics, cloud detection and central configuration off',
  }),
])

const REGISTER: Partial<Variant> = {
  args: ({ seaworthy }) => ['--import', `${seaworthy}/dist/public/register.js`],
  env: () => ({ SEAWORTHY_ADMIN_PORT: '0' }),
  setup: '`--import seaworthy/register`: drain, probes and telemetry, no code',
}

const PARTS: readonly Part[] = [
  { name: BARE, setup: 'the service and nothing else', ...QUICK },
  { name: BARE_AGAIN, setup: 'the same, to show what the machine adds', ...NEWEST },
  {
    name: BARE_POSTING,
    args: () => ['--require', inHere('setups/posts.cjs')],
    env: ({ sinkPort }) => ({ BENCH_POSTS: String(sinkPort) }),
    setup: '20 kB by the client of `node:http`, seven times a second, and no telemetry',
    ...NEWEST,
  },
  {
    name: BARE_PINO,
    env: () => ({ BENCH_LOG: 'pino' }),
    setup: 'a line of pino for each request, to `/dev/null`',
    ...QUICK,
  },
  { name: FASTIFY, service: 'fastify.cjs', setup: 'the service written with Fastify', ...NEWEST },
  {
    name: 'prom-client',
    family: 'peer',
    env: () => ({ BENCH_PROM: '1' }),
    setup: 'a histogram of three labels, by hand',
  },
  ...[0.1, 1].flatMap((ratio) => [
    stock({ ratio }, QUICK),
    stock({ ratio, protocol: 'grpc' }, NEWEST),
    stock({ ratio, metrics: true }),
    stock({ ratio, metrics: true, pino: true }, ratio === 1 ? {} : QUICK),
  ]),
  ...PEERS,
  ours({ ratio: 0 }, NEWEST),
  ...[0.1, 1].flatMap((ratio) => [
    ours({ ratio }, QUICK),
    ours({ ratio, protocol: 'grpc' }, NEWEST),
    ours({ ratio, metrics: true }),
    ours({ ratio, metrics: true, pino: true }, QUICK),
  ]),
  ours(
    { ratio: 1 },
    {
      name: 'seaworthy http 100 % without spool',
      env: () => ({ SEAWORTHY_SPOOL_DIR: 'off' }),
      setup: 'the same with `SEAWORTHY_SPOOL_DIR=off`',
    },
  ),
  ...[0.1, 1].map((ratio) =>
    ours(
      { ratio },
      {
        name: `seaworthy http ${ratio * 100} % in fastify`,
        base: FASTIFY,
        service: 'fastify.cjs',
        isOnOtherNode: true,
      },
    ),
  ),
  ours({ ratio: 0.1, metrics: true }, { ...REGISTER, name: 'seaworthy/register 10 % + metrics', isOnOtherNode: true }),
  ours(
    { ratio: 0.1, metrics: true, logs: true },
    {
      name: 'createService 10 % + metrics + logs',
      base: BARE_PINO,
      service: 'create-service.mjs',
      args: () => [],
      setup: '`createService()` with a listener: everything, and a line of its log per request, also as OTLP',
    },
  ),
]

/** In the order of the page. */
export const VARIANTS: readonly Variant[] = PARTS.map((part) => ({
  family: 'none',
  samplingRatio: 0,
  base: BARE,
  protocol: 'http',
  service: 'node-http.cjs',
  spansPerRequest: part.samplingRatio === undefined ? 0 : 1,
  args: () => [],
  env: () => ({}),
  setup: '',
  isOnOtherNode: false,
  isQuick: false,
  ...part,
}))

/** What the variants are made of. */
export function versionsOfPeers(): Readonly<Record<string, string>> {
  const { dependencies } = require('./package.json') as { readonly dependencies: Readonly<Record<string, string>> }
  return dependencies
}
