import { trace } from '@opentelemetry/api'
import type { FinalFlush } from '../core/final-flush.ts'

/**
 * Whether an OpenTelemetry SDK that is not ours has registered itself, and nobody has given it to us as a provider. Its `shutdown()` cannot be deferred: called by a
 * handler, it loses every span that ends later.
 */
export function hasForeignTelemetry(finalFlush: FinalFlush): boolean {
  if (finalFlush.flushers.some(({ name }) => name === 'telemetry' || name === 'opentelemetry')) return false
  const provider = trace.getTracerProvider() as { getDelegate?: () => unknown }
  const delegate = (provider.getDelegate?.() ?? provider) as { shutdown?: unknown }
  return typeof delegate.shutdown === 'function'
}
