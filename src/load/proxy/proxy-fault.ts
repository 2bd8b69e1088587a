/** What a {@link FaultProxy} does with connections. */
export type ProxyFault =
  /** Nobody listens: new ones are refused by the kernel and so not seen here; those that stand are reset. */
  | { readonly kind: 'refuse' }
  /** Taken and never answered. What stands falls silent, and goes on when the fault ends. */
  | { readonly kind: 'blackhole' }
  /** What the dependency says comes later by so much. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Those that stand are reset at once, new ones as soon as they are made. */
  | { readonly kind: 'reset' }
  /** Those that stand are dead from now on, for ever, and nobody says so; new ones work. */
  | { readonly kind: 'forget' }

/** Something happened to a connection. */
export interface ConnectionSeen {
  /** Counted from 0. */
  readonly connection: number
  /** `dialled` by the service; `refused` by us; `connected` to the dependency; `closed` by the first who ended it. */
  readonly what: 'dialled' | 'refused' | 'connected' | 'closed'
  readonly by?: 'service' | 'dependency' | 'proxy'
  readonly bytesUp?: number
  readonly bytesDown?: number
}
