import type { Attributes, Link, SpanContext, SpanKind, TraceState } from '@opentelemetry/api'

/** What becomes of a span. `record`: it is kept here until its local root has ended, in case the root turns out an error. */
export type SamplingDecision = 'drop' | 'record' | 'sample'

/** Shared and frozen wherever possible: a decision allocates nothing. */
export interface SamplingVerdict {
  readonly decision: SamplingDecision
  /** Of the new span; `undefined` for none. */
  readonly traceState: TraceState | undefined
  /** What the sampler has to say about it, on the span. */
  readonly attributes?: Attributes
  /** With `record`: how long its local root may take before the whole local tree is kept, in milliseconds. */
  readonly keepSlowerThanMs?: number | undefined
}

/**
 * Decides about each span when it begins.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampler
 */
export interface SpanSampler {
  /**
   * @param parent valid, local or remote; `undefined` for a root
   * @param high24 upper 24 and `low32` lower 32 of the 56 random bits of the (new or continued) trace id
   * @param attributes called only if a rule asks for them
   */
  decide(
    parent: SpanContext | undefined,
    high24: number,
    low32: number,
    name: string,
    kind: SpanKind,
    attributes: () => Attributes,
    links: readonly Link[],
  ): SamplingVerdict
}
