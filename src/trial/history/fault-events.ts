import type { At } from './at.ts'

/** From now on the collector or a dependency fails in another way, or works. */
export interface FaultEvent extends At {
  readonly kind: 'fault'
  /** `collector`, or the name of a dependency. */
  readonly target: string
  /** Such as `refuse`, `blackhole`, `slow`, `reset`; `none` when it works. */
  readonly fault: string
  /** What a person would add, such as `+300 ms`. */
  readonly detail?: string
}

/** Something happened on the way from the service to a dependency, at our proxy. */
export interface DependencyEvent extends At {
  readonly kind: 'dependency'
  readonly dependency: string
  /** Of the connection: counted from 0 in its lifetime. */
  readonly connection: number
  /** `dialled` by the service; `refused` by us, as the fault says; `connected` to the dependency; `closed`. */
  readonly what: 'dialled' | 'refused' | 'connected' | 'closed'
  readonly by?: 'service' | 'dependency' | 'proxy'
  readonly bytesUp?: number
  readonly bytesDown?: number
}

/** A request of HTTP that the service made to a dependency, read at our proxy. */
export interface DownstreamEvent extends At {
  readonly kind: 'downstream'
  readonly dependency: string
  readonly connection: number
  readonly what: 'began' | 'answered' | 'cancelled'
  /** Counted from 0 on its connection; with it, the three belong together. */
  readonly exchange: number
  readonly protocol: 'http/1.1' | 'h2'
  readonly method: string
  readonly path: string
  readonly traceparent?: string
  readonly tracestate?: string
  readonly baggage?: string
  readonly status?: number
}
