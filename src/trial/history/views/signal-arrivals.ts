import { eventsOf, type Lifetime } from '../lifetime.ts'

/** What arrived of one signal in some lifetimes. */
export interface SignalArrival {
  readonly signal: 'traces' | 'metrics' | 'logs'
  readonly itemCount: number
  /** From the first request to the first arrival; absent when nothing arrived. The latest of the lifetimes. */
  readonly firstAfterMs?: number
  /** How often an exporter sends that nobody has told otherwise. */
  readonly intervalMs: number
  /** The one that `firstAfterMs` is of. */
  readonly lifetime: number
}

/**
 * The defaults of OTEL_BSP_SCHEDULE_DELAY, of OTEL_METRIC_EXPORT_INTERVAL, and, for logs, the longest that is in use.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
const SIGNALS = [
  { signal: 'traces', kind: 'span', intervalMs: 5000 },
  { signal: 'metrics', kind: 'metric', intervalMs: 60_000 },
  { signal: 'logs', kind: 'log', intervalMs: 5000 },
] as const

/** What arrived, signal by signal. */
export function signalsOf(lifetimes: readonly Lifetime[]): SignalArrival[] {
  return SIGNALS.map(({ signal, kind, intervalMs }) => {
    let itemCount = 0
    let latest: { readonly afterMs: number; readonly lifetime: number } | undefined
    for (const lifetime of lifetimes) {
      const items = eventsOf(lifetime, kind)
      const [first] = items
      itemCount += items.length
      if (first === undefined) continue
      const afterMs = Math.max(0, first.at - (firstRequestAt(lifetime) ?? first.at))
      if (latest === undefined || afterMs > latest.afterMs) latest = { afterMs, lifetime: lifetime.id }
    }
    return {
      signal,
      itemCount,
      intervalMs,
      lifetime: latest?.lifetime ?? lifetimes[0]?.id ?? 0,
      ...(latest !== undefined && { firstAfterMs: latest.afterMs }),
    }
  })
}

function firstRequestAt(lifetime: Lifetime): number | undefined {
  const starts = eventsOf(lifetime, 'request').map(({ startedAt }) => startedAt)
  return starts.length === 0 ? undefined : starts.reduce((one, other) => Math.min(one, other))
}
