import type { Facts } from './facts.ts'

/** Why nothing can be said of a service that exports nothing; one cause, which TEL-01 tells in full. */
export function withoutTelemetry({ telemetry }: Facts): string | undefined {
  const { traces, metrics, logs } = telemetry
  return traces || metrics || logs ? undefined : 'No telemetry arrived in the survey: see TEL-01 for what to set'
}

/** The same, for what looks at spans. */
export function withoutTraces({ telemetry }: Facts): string | undefined {
  return telemetry.traces ? undefined : 'No traces arrived in the survey: see TEL-01 for what to set'
}
