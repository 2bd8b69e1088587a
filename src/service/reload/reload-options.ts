import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { LoadConfigOptions } from '../../config/load-config-options.ts'
import type { PostCheckOptions, ReloaderOptions } from '../../config/reload/reloader-options.ts'
import type { ReloadCheck } from '../../config/reload/post-check.ts'

/** When answers tell against a new configuration. */
export interface ErrorRateOptions {
  /**
   * By how much the share of errors may grow: 0.001 to 1. 0.05 takes a change back with which 10 of 100 requests fail, of
   * which none failed before.
   *
   * @default 0.05
   */
  readonly margin?: number
  /** Requests that must have been answered with the new configuration: 1 to 1,000,000. @default 5 */
  readonly minRequests?: number
}

/** How a service looks whether a change of its configuration does it good. */
export interface ServicePostCheckOptions extends Omit<PostCheckOptions, 'checks'> {
  /** Whether the change is taken back when the service is not ready with it. @default true */
  readonly ready?: boolean
  /**
   * Whether the change is taken back when more requests fail with it than before: answers from 500 on of HTTP, and calls
   * of gRPC that end with an error of the server. Probes don't count, nor does load that was shed (503 with `Retry-After`).
   *
   * @default {}, with what its own options say
   */
  readonly errorRate?: ErrorRateOptions | false
  /** What is asked besides. @default nothing */
  readonly checks?: readonly ReloadCheck[]
}

/** How a service keeps its configuration up to date: what `createReloader()` takes, with a trial that knows the service. */
export interface ServiceReloadOptions<T = unknown> extends Pick<
  ReloaderOptions<T>,
  | 'files'
  | 'watch'
  | 'pollInterval'
  | 'debounce'
  | 'maxDebounce'
  | 'loadTimeout'
  | 'hot'
  | 'restart'
  | 'mixedChange'
  | 'subscribers'
  | 'subscriberTimeout'
> {
  /**
   * The trial of each change; `false` for none.
   *
   * @default readiness and the rate of errors, every second for 10 s
   */
  readonly postCheck?: ServicePostCheckOptions | false
}

/** Schema and sources of a service's configuration, and whether it is kept up to date. */
export interface ServiceConfigOptions<S extends StandardSchemaV1 = StandardSchemaV1> extends Omit<
  LoadConfigOptions<S>,
  'env'
> {
  /**
   * Keeps the configuration up to date while the service runs: its files are watched, and SIGHUP and
   * `service.reload()` reload it.
   *
   * @default false: it is read once, at the start
   */
  readonly reload?: boolean | ServiceReloadOptions<StandardSchemaV1.InferOutput<S>>
}
