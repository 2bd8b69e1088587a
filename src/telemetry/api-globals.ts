import {
  context,
  type ContextManager,
  type LoggerProvider,
  logs,
  type MeterProvider,
  metrics,
  propagation,
  type TextMapPropagator,
  trace,
  type TracerProvider,
} from '@opentelemetry/api'
import { findEarlyProviders } from './early-providers.ts'
import { beginLateMeters } from './metrics/late-meter-provider.ts'

/** The places where the OpenTelemetry API finds an implementation. */
export type ApiGlobal = 'context' | 'propagation' | 'trace' | 'metrics' | 'logs' | 'api-logs'

/** What is registered; a part that is absent stays as it is. */
export interface ApiImplementations {
  readonly contextManager: ContextManager
  readonly propagator: TextMapPropagator
  readonly tracerProvider?: TracerProvider
  readonly meterProvider?: MeterProvider
  readonly loggerProvider?: LoggerProvider
}

export interface Registration {
  /** The places that somebody else had taken before, and keeps. */
  readonly taken: ReadonlySet<ApiGlobal>
  /** Frees the places that were taken here, and only those. */
  restore(): void
}

/**
 * Registers an implementation at every place that is free. The API itself reports a place that is not free only to a
 * diagnostic logger that hardly anyone has, and everything recorded there then goes somewhere else in silence.
 */
export function registerApiGlobals(implementations: ApiImplementations): Registration {
  const { contextManager, propagator, tracerProvider, meterProvider, loggerProvider } = implementations
  const taken = new Set<ApiGlobal>()
  const undo: (() => void)[] = []
  const early = findEarlyProviders()
  const register = (place: ApiGlobal, isFree: boolean, restore: () => void): void => {
    if (isFree) undo.push(restore)
    else taken.add(place)
  }
  register('context', context.setGlobalContextManager(contextManager), () => context.disable())
  register('propagation', propagation.setGlobalPropagator(propagator), () => propagation.disable())
  if (tracerProvider !== undefined) {
    register('trace', trace.setGlobalTracerProvider(tracerProvider), () => trace.disable())
    if (!taken.has('trace')) undo.push(early.tracers(tracerProvider))
  }
  if (meterProvider !== undefined) {
    register('metrics', metrics.setGlobalMeterProvider(meterProvider), () => metrics.disable())
    if (!taken.has('metrics')) undo.push(beginLateMeters(meterProvider))
  }
  if (loggerProvider !== undefined) {
    register('logs', logs.setGlobalLoggerProvider(loggerProvider), () => logs.disable())
    register('api-logs', registerLegacyLogs(loggerProvider), unregisterLegacyLogs)
    if (!taken.has('logs')) undo.push(early.loggers(loggerProvider))
    if (!taken.has('api-logs')) undo.push(early.legacyLoggers(loggerProvider))
  }
  return {
    taken,
    restore() {
      for (const restore of undo.splice(0)) restore()
    },
  }
}

/**
 * Before 1.10 the logs API was a package of its own, `@opentelemetry/api-logs`, with a place of its own. Records of
 * libraries that still use it would vanish.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/issues/4862
 */
const LEGACY_LOGS = Symbol.for('io.opentelemetry.js.api.logs')
const LEGACY_LOGS_VERSION = 1

interface LegacyGlobal {
  [LEGACY_LOGS]?: ((version: number) => LoggerProvider | undefined) | undefined
}

function registerLegacyLogs(provider: LoggerProvider): boolean {
  const scope = globalThis as LegacyGlobal
  if (scope[LEGACY_LOGS] !== undefined) return false
  scope[LEGACY_LOGS] = (version) => (version === LEGACY_LOGS_VERSION ? provider : undefined)
  return true
}

function unregisterLegacyLogs(): void {
  delete (globalThis as LegacyGlobal)[LEGACY_LOGS]
}
