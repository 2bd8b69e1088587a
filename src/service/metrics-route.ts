import type { AdminRoute } from '../server/admin-route.ts'
import type { AdminServer } from '../server/admin-server.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** Where Prometheus looks by default. */
export const METRICS_PATH = '/metrics'

/** Who may see the metrics; with `private`, those who may see details. `off` serves none. */
export const METRICS_ACCESS = ['open', 'private', 'off'] as const
export type MetricsAccess = (typeof METRICS_ACCESS)[number]

/**
 * The page is there from before the first component starts until the admin port closes. Where there are no metrics, it is
 * 404 with the reason.
 */
export function addMetricsRoute(
  admin: AdminServer | undefined,
  telemetry: Telemetry | undefined,
  access: MetricsAccess,
): void {
  if (access !== 'off') admin?.addRoute(METRICS_PATH, metricsRoute(telemetry, access))
}

function metricsRoute(telemetry: Telemetry | undefined, access: 'open' | 'private'): AdminRoute {
  return {
    access,
    async answer({ headers }) {
      if (telemetry === undefined) return { status: 404, body: 'The service runs without telemetry.\n' }
      return telemetry.scrape({
        accept: headers.accept,
        acceptEncoding: headers['accept-encoding']?.toString(),
        scrapeTimeoutSeconds: headers['x-prometheus-scrape-timeout-seconds']?.toString(),
      })
    },
  }
}
