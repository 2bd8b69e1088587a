import type { Known, ReloadFact, Route } from '../facts.ts'
import type { ProbeName } from '../history/event.ts'

/**
 * All that a user said of the service, by flags, by `seaworthy.trial.yaml` and by a manifest: checked, the strongest of the
 * three, and nothing that was found or assumed. What nobody said is absent; the survey looks for it.
 */
export interface Declared {
  /** What starts the service, as the file says it; a command line says it behind `--`, and that is not here. */
  readonly command?: Known<readonly string[]>
  readonly port?: Known<number>
  /** Where the service is reached, when a URL said so. */
  readonly host?: Known<string>
  readonly isTls?: Known<boolean>
  /** Requests for the load; empty when none were said. */
  readonly routes: readonly Known<Route>[]
  /** GET operations of an OpenAPI document that need no parameter, or give an example of each: worth a try, no promise. */
  readonly candidateRoutes: readonly Known<Route>[]
  readonly slow?: Known<Route>
  readonly upload?: Known<Route>
  readonly crash?: Known<Route>
  readonly webSocketPath?: Known<string>
  readonly ssePath?: Known<string>
  readonly probes: Readonly<Partial<Record<ProbeName, DeclaredProbe>>>
  readonly dependencies: readonly Known<DeclaredDependency>[]
  /** Variables for the service, by name; values may hold places such as `{otlp.http.url}`, see `fill-places.ts`. */
  readonly env: Readonly<Record<string, Known<string>>>
  /** Sent with every request and probe. Values may be secrets. */
  readonly headers: Readonly<Record<string, Known<string>>>
  /** Certificates of the service are not checked. */
  readonly isInsecure: Known<boolean>
  readonly graceMs?: Known<number>
  readonly preStopMs?: Known<number>
  /** What a manifest says is done before SIGTERM, when it is more than to wait. */
  readonly preStop?: Known<PreStop>
  /** From the start of the process to its readiness, at most. */
  readonly startupMs?: Known<number>
  readonly memoryLimitBytes?: Known<number>
  readonly replicas?: Known<number>
  /** In pods: a percentage of a manifest is worked out. */
  readonly maxSurge?: Known<number>
  readonly maxUnavailable?: Known<number>
  readonly endpointLagMs?: Known<number>
  readonly wireDelayMs?: Known<number>
  readonly stopSignal?: Known<NodeJS.Signals>
  readonly acceptedExitCodes?: Known<readonly number[]>
  readonly allowsIdempotentRetry?: Known<boolean>
  readonly telemetryBudgetRatio?: Known<number>
  readonly samplingRatio?: Known<number>
  readonly reload?: Known<ReloadFact>
  readonly badValues: readonly Known<BadValue>[]
  /** What was seen and left out, with its place: `deploy.yaml:31: the value of DB_PASSWORD is in a Secret`. */
  readonly notes: readonly string[]
}

/** What was said of a probe: any part may come from another place than the rest. */
export interface DeclaredProbe {
  readonly path?: Known<string>
  readonly port?: Known<number>
  readonly periodMs?: Known<number>
  readonly timeoutMs?: Known<number>
  readonly failureThreshold?: Known<number>
  readonly initialDelayMs?: Known<number>
}

/** A dependency and the variable in which the service is told where it is. */
export interface DeclaredDependency {
  readonly name: string
  readonly variable: string
  /** The variable of its port, when `variable` holds its host and nothing else. */
  readonly portVariable?: string
  /** What the trial has to start first; absent when it is there already. */
  readonly start?: DependencyStart
}

/** A dependency that is started for the trial, on a free port. Its texts may hold places, see `fill-places.ts`. */
export interface DependencyStart {
  readonly command: readonly string[]
  /** What the service is told in the variable: `http://127.0.0.1:{port}`. */
  readonly address: string
  readonly env: Readonly<Record<string, string>>
}

/** A variable and a value with which the service must refuse to start; `undefined` takes it away. */
export interface BadValue {
  readonly variable: string
  readonly value: string | undefined
  readonly why: string
}

/** What is done before SIGTERM. */
export type PreStop =
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'httpGet'; readonly path: string; readonly port: number }
