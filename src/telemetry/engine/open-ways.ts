import type { Clock } from '../../core/clock.ts'
import type { Signal } from '../../otlp/model.ts'
import type { SignalSettings, TelemetrySettings } from '../env/telemetry-env.ts'
import type { BatchLimits } from '../pipeline/batch-limits.ts'
import type { OutboxSignal } from '../pipeline/outbox.ts'
import type { Transport } from '../pipeline/transport.ts'
import type { Connections } from '../pipeline/transports/connections.ts'

export interface WayOptions {
  readonly settings: TelemetrySettings
  readonly clock: Clock
  readonly onProblem: (error: unknown) => void
}

/** Where each signal goes that goes anywhere. Opens no connection; code of a protocol is loaded only when it is chosen. */
export async function openWays(options: WayOptions): Promise<Readonly<Partial<Record<Signal, OutboxSignal>>>> {
  const { settings } = options
  const limits: Readonly<Record<Signal, BatchLimits>> = {
    traces: settings.spanBatches,
    logs: settings.logBatches,
    metrics: toMetricLimits(settings),
  }
  const { Connections: SharedConnections } = await import('../pipeline/transports/connections.ts')
  const connections = new SharedConnections()
  const ways: Partial<Record<Signal, OutboxSignal>> = {}
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    const own = settings.signals[signal]
    const transport = await openWay(signal, own, options, connections)
    if (transport === undefined) continue
    ways[signal] = { transport, limits: limits[signal], timeoutMs: own.otlp.timeoutMs }
  }
  return ways
}

/** A collection is sent as soon as it is there, and in one piece as far as that goes. */
function toMetricLimits({ logBatches, metricReader }: TelemetrySettings): BatchLimits {
  const { maxQueueSize, maxBatchSize } = logBatches
  return { maxQueueSize, maxBatchSize, scheduleDelayMs: 0, exportTimeoutMs: metricReader.timeoutMs }
}

async function openWay(
  signal: Signal,
  { exporter, otlp }: SignalSettings,
  { clock, onProblem }: WayOptions,
  connections: Connections,
): Promise<Transport | undefined> {
  switch (exporter) {
    case 'otlp': {
      const { openTransport } = await import('../pipeline/transports/open-transport.ts')
      return openTransport(signal, otlp, { clock, onProblem, connections })
    }
    case 'console': {
      const { ConsoleTransport } = await import('./console-transport.ts')
      return new ConsoleTransport(signal)
    }
    case 'none':
      return undefined
  }
}
