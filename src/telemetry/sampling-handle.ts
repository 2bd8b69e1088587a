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
   * @param plan a {@link TelemetrySampling.plan} that was in force is one, too, to go back to it
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with everything that is wrong in the plan; the old one stays
   */
  swap(plan: SamplingPlan | ResolvedSamplingPlan): void
}

/** {@link TelemetrySampling} from before the start on, when there is only a plan. */
export class SamplingHandle implements TelemetrySampling {
  #plan: ResolvedSamplingPlan
  /** Whether the plan was chosen by code, and not by the standard variables. */
  #isChosen: boolean
  #running: Sampling | undefined
  /** Plans that were read here: they need not be read again, and are written otherwise than what is read. */
  readonly #known = new WeakSet<object>()

  /** @param chosen what the code says, where that counts @param fallback what holds otherwise */
  constructor(chosen: ResolvedSamplingPlan | undefined, fallback: ResolvedSamplingPlan) {
    this.#plan = chosen ?? fallback
    this.#isChosen = chosen !== undefined
    this.#known.add(this.#plan)
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

  swap(plan: SamplingPlan | ResolvedSamplingPlan): void {
    this.#plan = this.#known.has(plan) ? (plan as ResolvedSamplingPlan) : readSamplingPlan(plan)
    this.#known.add(this.#plan)
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
