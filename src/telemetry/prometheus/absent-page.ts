import type { TelemetrySettings } from '../env/telemetry-env.ts'
import type { ScrapeAnswer } from './scrape.ts'

/** What a scraper is told where there are no metrics to pull: why, and what would change it. */
export function absentPage({ disabled, prometheus }: Pick<TelemetrySettings, 'disabled' | 'prometheus'>): ScrapeAnswer {
  if (disabled) return say(404, 'No metrics are recorded: OTEL_SDK_DISABLED is true.')
  return prometheus.isServed ? say(503, 'Telemetry has not started yet.') : say(404, prometheus.reason)
}

/** Metrics that go through a provider of the application are none of ours. */
export function foreignPage(): ScrapeAnswer {
  return say(404, 'Metrics go through a provider of the application, which has to serve them itself.')
}

function say(status: number, reason: string): ScrapeAnswer {
  return { status, headers: {}, body: `${reason}\n` }
}
