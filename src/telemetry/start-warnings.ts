import type { Log } from '../core/log.ts'
import type { ApiGlobal } from './api-globals.ts'
import type { TelemetrySettings } from './env/telemetry-env.ts'

/** Says once what the environment asks for in vain, and where telemetry goes when nobody has said so. */
export function warnOfSettings(log: Log, { warnings, disabled, signals }: TelemetrySettings): void {
  for (const text of warnings) log.warn({}, text)
  const guessed = Object.values(signals).find(({ exporter, otlp }) => exporter === 'otlp' && otlp.isDefault)
  if (disabled || guessed === undefined) return
  log.warn(
    { endpoint: guessed.otlp.label },
    `OTEL_EXPORTER_OTLP_ENDPOINT is not set, so telemetry goes to ${new URL(guessed.otlp.url).origin}; ` +
      'set it, or OTEL_SDK_DISABLED=true to send nothing',
  )
}

/** Names the places of the OpenTelemetry API that somebody else has taken. */
export function warnOfForeign(log: Log, taken: ReadonlySet<ApiGlobal>): void {
  if (taken.size === 0) return
  log.warn(
    { taken: [...taken] },
    `another OpenTelemetry SDK, or another copy of its API, is already registered for ${[...taken].join(', ')}: ` +
      'what is recorded there does not go through Seaworthy and is not covered by its flush',
  )
}
