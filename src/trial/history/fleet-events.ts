import type { At } from './at.ts'

/** Something happened to a replica of a rollout. */
export interface PodEvent extends At {
  readonly kind: 'pod'
  readonly pod: string
  readonly revision: 'old' | 'new'
  readonly what:
    | 'created'
    | 'ready'
    | 'unready'
    | 'deleted'
    | 'pre-stop-began'
    | 'pre-stop-ended'
    | 'signalled'
    | 'killed'
    | 'gone'
    | 'restarted'
}

/** Where new connections go from now on: what clients see, after the lag of the load balancer. */
export interface EndpointsEvent extends At {
  readonly kind: 'endpoints'
  readonly ready: readonly string[]
  /** Terminating and still serving; used when none is ready. */
  readonly fallback: readonly string[]
}
