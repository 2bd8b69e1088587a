/**
 * Exporters send twice a second instead of every 5 or 60 s, so that a few seconds hold enough exports to tell something
 * from. What arrives once a second is never quiet for a whole one: wait for less. Not for voyages that look at what a stop loses.
 */
export const OFTEN_EXPORTING = {
  OTEL_BSP_SCHEDULE_DELAY: '500',
  OTEL_BLRP_SCHEDULE_DELAY: '500',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  OTEL_METRIC_EXPORT_TIMEOUT: '1000',
} as const

/** Everything is exported soon: what matters is only that it comes, from whom, and where it goes. */
export const EXPORTING_SOON = {
  OTEL_BSP_SCHEDULE_DELAY: '200',
  OTEL_BLRP_SCHEDULE_DELAY: '200',
  OTEL_METRIC_EXPORT_INTERVAL: '500',
} as const
