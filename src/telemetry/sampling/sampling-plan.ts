/** The keys of {@link SamplingRule.kind}. */
export const SPAN_KIND_NAMES = ['internal', 'server', 'client', 'producer', 'consumer'] as const
/** What a decision of another service, above this one, means here. */
export const REMOTE_PARENT_MODES = ['respect', 'ignore', 'cap'] as const

/**
 * How much is sampled: a part of all traces, or about so many in a second, whatever comes in. A number per second is
 * reached by a probability that follows the traffic, so that statistics stay possible; in a burst, a quarter more than
 * that is the most in the long run, and two seconds' worth at once.
 */
export interface SamplingAmount {
  /** 0 to 1. */
  readonly probability?: number
  /** Traces per second, 0.001 to 1,000,000. */
  readonly perSecond?: number
}

/**
 * What holds for some traces, by how they begin in this service: all that is given must be true of the first span. Exactly
 * one of `probability`, `perSecond` and `sample` says how much of them is sampled.
 */
export interface SamplingRule extends SamplingAmount {
  /** `never` also means that nothing of it is recorded in case it fails, unlike `probability: 0`. */
  readonly sample?: 'always' | 'never'
  /** Of the span: `server` for a request that comes in. */
  readonly kind?: (typeof SPAN_KIND_NAMES)[number]
  /** Name of the span as it begins, such as `GET` or `orders.*`: `*` stands for any text. */
  readonly name?: string
  /**
   * `url.path` of the request: `/users/:id` has one segment for `:id`, `*` at the end stands for all the rest, none
   * included. Letters count as they are, a slash at the end does not.
   */
  readonly path?: string
  /** Attributes as the span begins, by their exact values. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  /** Traces that take longer are kept, if they are not sampled anyway. @default `keep.slowerThanMs` */
  readonly keepSlowerThanMs?: number
  /** Whether what is not sampled may be kept for its errors or slowness. @default true, where the plan has `keep` */
  readonly keep?: boolean
}

/**
 * What is kept of traces that were not sampled, once it is known how they end: the part in this service, since other
 * services have been told that the trace is not sampled. For that, requests that are not sampled are recorded, and wait in
 * memory, within these limits, for the end of the first span of theirs in this service.
 *
 * A span with the attribute `seaworthy.keep: true` has its trace kept in any case.
 */
export interface SamplingKeep {
  /**
   * Traces with an error: status of a span, `error.type`, a status code of 500 and above, a recorded exception.
   *
   * @default true, up to `perSecond`
   */
  readonly errors?: boolean | { readonly perSecond: number }
  /** Traces that take longer, in milliseconds. @default no limit */
  readonly slowerThanMs?: number
  /**
   * Traces that are kept in a second for either reason.
   *
   * @default 100, so that an outage, in which everything fails, doesn't multiply what is sent
   */
  readonly perSecond?: number
  /** Spans that wait, 1 to 1,000,000. @default 10_000 */
  readonly maxSpans?: number
  /** What they take in memory by estimate, 64 KiB to 1 GiB. @default 16 MiB */
  readonly maxBytes?: number
  /** How long a trace may wait for its end, 100 ms to an hour. @default 30_000 */
  readonly maxAgeMs?: number
}

/**
 * What is sampled: a plain value, as in a configuration file, which a running service can be given anew at any time.
 *
 * @example
 * { default: { perSecond: 50 }, rules: [{ path: '/health/*', sample: 'never' }], keep: { slowerThanMs: 2000 } }
 */
export interface SamplingPlan {
  /** For what no rule says. @default { probability: 1 } */
  readonly default?: SamplingAmount
  /** The first one that fits counts, 100 at most. */
  readonly rules?: readonly SamplingRule[]
  /** @default nothing is kept that was not sampled */
  readonly keep?: SamplingKeep
  /**
   * A trace that another service has begun: `respect` does as it says. `ignore` decides by this plan, so that traces may
   * have holes. `cap` samples nothing that it has not sampled, and of what it has, no more than this plan says.
   *
   * @default "respect"
   */
  readonly remoteParent?: (typeof REMOTE_PARENT_MODES)[number]
}

/** A plan that was read: complete, checked, frozen. */
export interface ResolvedSamplingPlan {
  readonly default: SamplingAmount
  readonly rules: readonly SamplingRule[]
  readonly keep: ResolvedSamplingKeep | undefined
  readonly remoteParent: (typeof REMOTE_PARENT_MODES)[number]
}

/** {@link SamplingKeep} with everything in it. */
export interface ResolvedSamplingKeep {
  /** 0 for no errors. */
  readonly errorsPerSecond: number
  readonly slowPerSecond: number
  /** Infinite for no limit. */
  readonly slowerThanMs: number
  readonly maxSpans: number
  readonly maxBytes: number
  readonly maxAgeMs: number
}
