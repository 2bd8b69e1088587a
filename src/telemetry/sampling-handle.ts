import { readSamplingPlan } from './sampling/read-sampling-plan.ts'
import type { Sampling, SamplingReport } from './sampling/sampling.ts'
import type { ResolvedSamplingPlan, SamplingPlan } from './sampling/sampling-plan.ts'

/** The sampling of a running service: what is in force, what it came to, and how to change it. */
export interface TelemetrySampling {
  /** The plan in force, complete and frozen. */
  readonly plan: ResolvedSamplingPlan
  /** What was decided so far, by rule; `undefined` while nothing is recorded here. */
  readonly report: SamplingReport | undefined
  /**
   * Another plan from this moment on, such as 100 % for the ten minutes of an incident. A trace in progress keeps the
   * decision that was made for it. Safe to call at any time, also before the start. Where nothing is recorded here
   * (`OTEL_SDK_DISABLED`, or a `provider` of your own) a plan is checked and changes nothing.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with everything that is wrong in the plan; the old one stays
   */
  swap(plan: SamplingPlan): void
}

/** {@link TelemetrySampling} from before the start on, when there is only a plan. */
export class SamplingHandle implements TelemetrySampling {
  #plan: ResolvedSamplingPlan
  /** Whether the plan was chosen by code, and not by the standard variables. */
  #isChosen: boolean
  #running: Sampling | undefined

  /** @param chosen what the code says, where that counts @param fallback what holds otherwise */
  constructor(chosen: ResolvedSamplingPlan | undefined, fallback: ResolvedSamplingPlan) {
    this.#plan = chosen ?? fallback
    this.#isChosen = chosen !== undefined
  }

  get plan(): ResolvedSamplingPlan {
    return this.#plan
  }

  /** What to start with; `undefined` where the standard variables decide. */
  get chosen(): ResolvedSamplingPlan | undefined {
    return this.#isChosen ? this.#plan : undefined
  }

  get report(): SamplingReport | undefined {
    return this.#running?.report
  }

  swap(plan: SamplingPlan): void {
    this.#plan = readSamplingPlan(plan)
    this.#isChosen = true
    this.#running?.swap(this.#plan)
  }

  /** From now on a swap reaches the spans. */
  attach(sampling: Sampling): void {
    this.#running = sampling
    // Somebody may have changed the plan while the engine was being loaded.
    if (this.#isChosen && sampling.plan !== this.#plan) sampling.swap(this.#plan)
  }
}
