import type { TraceState } from '@opentelemetry/api'
import type { SamplingDecision, SamplingVerdict } from './sampler.ts'

/** What a sampler answers. One shape for all of them; those that are shared are frozen. */
export class Verdict implements SamplingVerdict {
  readonly decision: SamplingDecision
  readonly traceState: TraceState | undefined
  readonly keepSlowerThanMs: number | undefined

  constructor(decision: SamplingDecision, traceState: TraceState | undefined, keepSlowerThanMs?: number) {
    this.decision = decision
    this.traceState = traceState
    this.keepSlowerThanMs = keepSlowerThanMs
  }

  /** The same with another trace state. */
  with(traceState: TraceState | undefined): Verdict {
    return traceState === this.traceState ? this : new Verdict(this.decision, traceState, this.keepSlowerThanMs)
  }
}

/** It is not recorded, and nothing is passed on. */
export const DROP = Object.freeze(new Verdict('drop', undefined))
/** It is sampled, with a probability that nobody knows. */
export const SAMPLE = Object.freeze(new Verdict('sample', undefined))
