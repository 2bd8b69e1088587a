import type { Facts } from '../facts.ts'
import type { History } from '../history/history.ts'

/** Exports come within a second, so that a service that exports and never flushes is seen to export. */
export const FAST_EXPORTS: Readonly<Record<string, string>> = {
  OTEL_BSP_SCHEDULE_DELAY: '300',
  OTEL_BLRP_SCHEDULE_DELAY: '300',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
}

/** What of the three signals has arrived, by which protocol, and from what language. */
export function watchTelemetry(history: History): Facts['telemetry'] {
  const exported = history.soFar('export').find(({ protocol }) => protocol !== 'unknown')
  const senders = [...history.soFar('span'), ...history.soFar('metric'), ...history.soFar('log')]
  const language = senders.find(({ sender }) => sender.language !== undefined)?.sender.language
  return {
    traces: history.soFar('span').length > 0,
    metrics: history.soFar('metric').length > 0,
    logs: history.soFar('log').length > 0,
    ...(exported === undefined || exported.protocol === 'unknown' ? {} : { protocol: exported.protocol }),
    ...(language === undefined ? {} : { language }),
  }
}
