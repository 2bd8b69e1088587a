import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Clock } from '../../core/clock.ts'
import type { Signal } from '../../otlp/model.ts'
import type { OtlpSettings } from '../env/otlp-env.ts'
import type { Send } from '../pipeline/export-outcome.ts'
import { observeExporter, type StockExporter } from './exporter-surgery.ts'
import { loadGrpcCredentials } from './grpc-credentials.ts'

/** An open way to the collector for one signal. */
export interface OpenExporter<P> {
  /** Sends what the exporter takes at once: a list of spans or log records, or the metrics of one collection. */
  readonly send: Send<P>
  /** Ends connections; may take as long as the other side likes, so do not wait for it without a limit. */
  close(): Promise<void>
}

interface ExporterModule<P> {
  readonly [name: string]: new (config: object) => StockExporter<P>
}

/** Literal imports, so that bundlers see them; each runs only for the protocol that was chosen. */
const MODULES: Readonly<Record<OtlpSettings['protocol'], Readonly<Record<Signal, () => Promise<unknown>>>>> = {
  'http/protobuf': {
    traces: () => import('@opentelemetry/exporter-trace-otlp-proto'),
    metrics: () => import('@opentelemetry/exporter-metrics-otlp-proto'),
    logs: () => import('@opentelemetry/exporter-logs-otlp-proto'),
  },
  grpc: {
    traces: () => import('@opentelemetry/exporter-trace-otlp-grpc'),
    metrics: () => import('@opentelemetry/exporter-metrics-otlp-grpc'),
    logs: () => import('@opentelemetry/exporter-logs-otlp-grpc'),
  },
}

const CLASS_NAMES = {
  traces: 'OTLPTraceExporter',
  metrics: 'OTLPMetricExporter',
  logs: 'OTLPLogExporter',
} as const

/**
 * Loads and opens the stock exporter of a signal. It connects with its first export, so this succeeds whether or not a
 * collector is there.
 */
export async function loadExporter<P>(signal: Signal, settings: OtlpSettings, clock: Clock): Promise<OpenExporter<P>> {
  const module = (await MODULES[settings.protocol][signal]()) as ExporterModule<P>
  const Exporter = module[CLASS_NAMES[signal]]
  if (Exporter === undefined) throw new Error(`the exporter package of ${signal} has no ${CLASS_NAMES[signal]}`)
  const shared = { url: settings.url, timeoutMillis: settings.timeoutMs, compression: settings.compression }
  if (settings.protocol === 'grpc') {
    const exporter = new Exporter({ ...shared, ...loadGrpcCredentials(settings) })
    // A call over gRPC has a deadline of its own, so there is no socket to cut and ours only has to come later.
    const send = observeExporter(exporter, { clock, timeoutMs: settings.timeoutMs + 1000, cut() {} })
    return { send, close: () => exporter.shutdown() }
  }
  const agent = createAgent(settings)
  const exporter = new Exporter({ ...shared, headers: settings.headers, httpAgentOptions: () => agent })
  const cut = (): void => agent.destroy()
  return {
    send: observeExporter(exporter, { clock, timeoutMs: settings.timeoutMs, cut }),
    close() {
      cut()
      return exporter.shutdown()
    },
  }
}

function createAgent({ url, tls }: OtlpSettings): HttpAgent {
  return url.startsWith('https:') ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true })
}
