import type { Clock } from '../../core/clock.ts'
import { type SamplerSettings, toSamplingPlan } from '../env/sampler-env.ts'
import { createKeepBuffer } from '../trace/create-keep-buffer.ts'
import type { RecordedSpans } from '../trace/recorded-spans.ts'
import type { RecordingSpan } from '../trace/recording-span.ts'
import type { KeepBuffer, KeepFigures } from './keep-buffer.ts'
import { PlannedSampler, type SamplingFigures } from './planned-sampler.ts'
import { readSamplingPlan } from './read-sampling-plan.ts'
import type { SpanSampler } from './sampler.ts'
import type { ResolvedSamplingKeep, ResolvedSamplingPlan } from './sampling-plan.ts'
import type { KeepReason } from './worth-keeping.ts'

/** Everything that sampling has counted. A plain value, as for an admin endpoint. */
export interface SamplingReport extends SamplingFigures {
  readonly keep: KeepFigures
  /** As a sampler describes itself. */
  readonly description: string
}

/** What nothing is kept by: a plan without `keep` has it recorded nothing either. */
const KEEP_NOTHING = Object.freeze({
  ...(readSamplingPlan({ keep: {} }).keep as ResolvedSamplingKeep),
  errorsPerSecond: 0,
})

/**
 * The sampling of a process: who decides when a span begins, and who decides about those that were only recorded, by one
 * plan, which can be changed at any time.
 */
export class Sampling {
  readonly #sampler: PlannedSampler
  readonly #kept: KeepBuffer<RecordingSpan>

  constructor(clock: Clock, plan: ResolvedSamplingPlan, options: { readonly everySpan?: boolean } = {}) {
    this.#sampler = new PlannedSampler({ plan, clock, ...options })
    this.#kept = createKeepBuffer({ clock, keep: plan.keep ?? KEEP_NOTHING })
  }

  /** What the variables `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for. */
  static fromSettings(clock: Clock, settings: SamplerSettings): Sampling {
    const plan = readSamplingPlan(toSamplingPlan(settings))
    return new Sampling(clock, plan, { everySpan: !settings.isParentBased })
  }

  get sampler(): SpanSampler {
    return this.#sampler
  }

  /** Where the tracer hands spans that are recorded and not sampled. */
  get recorded(): RecordedSpans<RecordingSpan> {
    return this.#kept
  }

  get plan(): ResolvedSamplingPlan {
    return this.#sampler.plan
  }

  get report(): SamplingReport {
    return { ...this.#sampler.figures, keep: this.#kept.figures, description: String(this.#sampler) }
  }

  /** Another plan from now on; a trace in progress keeps the decision that was made for it. */
  swap(plan: ResolvedSamplingPlan): void {
    this.#sampler.swap(plan)
    this.#kept.configure(plan.keep ?? KEEP_NOTHING)
  }

  /** Whether one more trace may be kept now that was not recorded; see `isWorthKeeping`. */
  admit(reason: KeepReason): boolean {
    return this.#kept.admit(reason)
  }

  /** Decides about everything that waits: the process ends. */
  close(): void {
    this.#kept.close()
  }
}
