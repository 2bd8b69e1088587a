import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api'
import type { QuietLog } from './quiet-log.ts'

/** Where the API keeps what is registered with it. */
const API = Symbol.for('opentelemetry.js.api.1')

/**
 * Brings what OpenTelemetry itself warns of into the log, where it would otherwise go nowhere. A diagnostic logger that
 * somebody has set already stays.
 *
 * @returns takes it back
 */
export function bridgeDiagnostics(log: QuietLog): () => void {
  const registered = (globalThis as Record<symbol, unknown>)[API] as { readonly diag?: unknown } | undefined
  if (registered?.diag !== undefined) return () => {}
  // Only the message: what comes after it can be data.
  const warn = (message: string): void => log.warn('opentelemetry', {}, `OpenTelemetry: ${message}`)
  const logger: DiagLogger = { error: warn, warn, info() {}, debug() {}, verbose() {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  return () => diag.disable()
}
