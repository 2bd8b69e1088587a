/** What a path of a probe usually means. `any` is taken for whatever else is missing. */
export type ProbeMeaning = 'ready' | 'live' | 'startup' | 'any'

/** Where probes usually are, by meaning; the most telling first. */
export const PROBE_PATHS: Readonly<Record<ProbeMeaning, readonly string[]>> = {
  ready: [
    '/readyz',
    '/health/ready',
    '/healthz/ready',
    '/ready',
    '/-/ready',
    '/actuator/health/readiness',
    '/q/health/ready',
    '/api/health/ready',
    '/health/readiness',
    '/readiness',
  ],
  live: [
    '/livez',
    '/health/live',
    '/healthz/live',
    '/live',
    '/-/healthy',
    '/actuator/health/liveness',
    '/q/health/live',
    '/api/health/live',
    '/health/liveness',
    '/liveness',
    '/alive',
  ],
  startup: ['/startupz', '/health/startup', '/health/started', '/q/health/started', '/startup'],
  any: ['/healthz', '/health', '/api/health', '/actuator/health', '/q/health', '/_health', '/healthcheck'],
}
