import type { Duration } from '../../core/duration.ts'
import type { HealthThresholds } from '../../health/health-check.ts'
import type { LogLevel } from '../../logging/log-level.ts'
import type { SheddingLimitsByListener } from '../../server/shedding/shedding-options.ts'
import type { SamplingPlan } from '../../telemetry/sampling/sampling-plan.ts'

/**
 * How long the HTTP servers of a service wait for their clients: of every listener that speaks HTTP/1.1. Node looks only every
 * 30 s for headers and requests that take too long, unless a server was made with another `connectionsCheckingInterval`.
 *
 * @see https://nodejs.org/api/http.html#serverkeepalivetimeout
 */
export interface ServerTimeouts {
  /** How long an idle connection is kept: 100 ms to 1 h. @default what the server had at the start */
  readonly keepAlive?: Duration
  /** How long the headers of a request may take: 100 ms to 1 h. @default what the server had at the start */
  readonly headers?: Duration
  /** How long a whole request may take to arrive: 100 ms to 24 h. @default what the server had at the start */
  readonly request?: Duration
}

/**
 * What a service does otherwise from a moment on to the next, as its configuration says. What is left out is again what
 * it was at the start.
 */
export interface RuntimeSettings {
  /** The least gravity of a line in the log. It goes before `SEAWORTHY_LOG_LEVEL`. @default the level of the start */
  readonly logLevel?: LogLevel | undefined
  /** Levels of loggers by name, such as `db` or `http.*`. @default the level of the log */
  readonly loggers?: Readonly<Record<string, LogLevel>> | undefined
  /** What is sampled. It goes before the variables. @default the plan of the start */
  readonly sampling?: SamplingPlan | undefined
  /** Limits of health checks, for all and by name. @default what their definitions say */
  readonly health?: HealthThresholds | undefined
  /** When load is shed. @default what the start said */
  readonly limits?: SheddingLimitsByListener | undefined
  /** Of the HTTP servers. @default what each had at the start */
  readonly timeouts?: ServerTimeouts | undefined
}
