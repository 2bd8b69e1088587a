import {
  type Attributes,
  type Link,
  type SpanContext,
  type SpanKind,
  TraceFlags,
  type TraceState,
} from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { OtReader, withoutThreshold, withThreshold } from './ot-entry.ts'
import type { SamplingVerdict, SpanSampler } from './sampler.ts'
import type { ResolvedSamplingPlan } from './sampling-plan.ts'
import { SamplingRoute, type SamplingRouteFigures } from './sampling-route.ts'
import { OT_KEY, type Threshold } from './threshold.ts'
import { DROP, SAMPLE, type Verdict } from './verdict.ts'

export interface PlannedSamplerOptions {
  readonly plan: ResolvedSamplingPlan
  readonly clock: Clock
  /**
   * Whether spans below a span of this process are decided about as well, by the same numbers: what the samplers of the
   * specification do that are not parent-based. A plan that is given later does not.
   *
   * @default false: a trace is decided about once
   */
  readonly everySpan?: boolean
}

/** What the sampler has decided: counts since the start, and of each rule since the plan is in force. */
export interface SamplingFigures {
  /** 1 for the first plan, one more with each that followed. */
  readonly planVersion: number
  /** Traces whose decision another service has made, which was obeyed. */
  readonly remote: { readonly sampled: number; readonly unsampled: number }
  readonly rules: readonly SamplingRouteFigures[]
}

/**
 * Samples by a plan that can be changed at any time: a trace in progress keeps the decision that was made for it. A
 * decision about a trace that begins here compares two numbers; a decision below a parent takes over the parent's.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export class PlannedSampler implements SpanSampler {
  readonly #clock: Clock
  readonly #ot = new OtReader()
  #plan: ResolvedSamplingPlan
  #everySpan: boolean
  #version = 1
  #rules: readonly SamplingRoute[] = []
  #default: SamplingRoute
  #remoteSampled = 0
  #remoteUnsampled = 0
  /** The latest verdicts that only took over a trace state: nearly all spans of a service have one of a few. */
  #inherited: Verdict = SAMPLE
  #inheritedDrop: Verdict = DROP
  #randomHigh24 = 0
  #randomLow32 = 0

  constructor({ plan, clock, everySpan = false }: PlannedSamplerOptions) {
    this.#clock = clock
    this.#everySpan = everySpan
    this.#plan = plan
    this.#default = this.#createRoute(plan.default, plan)
    this.#install(plan)
  }

  /** The plan in force. */
  get plan(): ResolvedSamplingPlan {
    return this.#plan
  }

  get planVersion(): number {
    return this.#version
  }

  get figures(): SamplingFigures {
    return {
      planVersion: this.#version,
      remote: { sampled: this.#remoteSampled, unsampled: this.#remoteUnsampled },
      rules: [...this.#rules, this.#default].map((route) => route.figures),
    }
  }

  /** Another plan from now on. What the old one has measured of the traffic, the new one knows. */
  swap(plan: ResolvedSamplingPlan): void {
    this.#everySpan = false
    this.#version++
    this.#install(plan)
  }

  /** @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#getdescription */
  toString(): string {
    const { figures } = this
    const rules = figures.rules.map((route) => `${route.rule}: ${route.probability}`)
    return `SeaworthyPlan{version ${this.#version}, ${this.#plan.remoteParent} parent, ${rules.join(', ')}}`
  }

  decide(
    parent: SpanContext | undefined,
    high24: number,
    low32: number,
    name: string,
    kind: SpanKind,
    attributes: () => Attributes,
    _links: readonly Link[],
  ): SamplingVerdict {
    if (parent === undefined) return this.#route(name, kind, attributes).decide(high24, low32)
    const isSampled = (parent.traceFlags & TraceFlags.SAMPLED) !== 0
    const state = parent.traceState
    if (parent.isRemote !== true && !this.#everySpan) return this.#inherit(isSampled, state)
    const mode = this.#everySpan ? 'ignore' : this.#plan.remoteParent
    if (mode === 'respect' && (isSampled || this.#plan.keep === undefined)) {
      this.#countRemote(isSampled)
      if (state === undefined) return isSampled ? SAMPLE : DROP
      return this.#inherit(isSampled, this.#checked(state, isSampled, high24, low32))
    }
    const route = this.#route(name, kind, attributes)
    if (mode !== 'ignore' && !isSampled) {
      this.#countRemote(false)
      return route.leave(state === undefined ? undefined : this.#checked(state, false, high24, low32))
    }
    if (state === undefined) return mode === 'ignore' ? route.decide(high24, low32) : capUnknown(route, high24, low32)
    this.#checked(state, isSampled, high24, low32)
    const put = mode === 'ignore' ? putThreshold : this.#putGreater
    return route.decideAnew(this.#randomHigh24, this.#randomLow32, state, put)
  }

  #install(plan: ResolvedSamplingPlan): void {
    const known = new Map([...this.#rules, this.#default].map((route) => [route.label, route.adaptive?.ratePerSecond]))
    this.#rules = plan.rules.map((rule) => this.#createRoute(rule, plan, known))
    this.#default = this.#createRoute(plan.default, plan, known)
    this.#plan = plan
  }

  #createRoute(
    rule: ResolvedSamplingPlan['rules'][number],
    plan: ResolvedSamplingPlan,
    known?: ReadonlyMap<string, number | undefined>,
  ): SamplingRoute {
    const route = new SamplingRoute(rule, plan.keep?.slowerThanMs, this.#clock)
    const ratePerSecond = known?.get(route.label)
    if (ratePerSecond === undefined || route.adaptive === undefined) return route
    return new SamplingRoute(rule, plan.keep?.slowerThanMs, this.#clock, ratePerSecond)
  }

  #route(name: string, kind: SpanKind, attributes: () => Attributes): SamplingRoute {
    let values: Attributes | undefined
    for (const route of this.#rules) {
      if (!route.matches(name, kind)) continue
      if (route.needsAttributes) {
        values ??= attributes()
        if (!route.matchesAttributes(values)) continue
      }
      return route
    }
    return this.#default
  }

  #countRemote(isSampled: boolean): void {
    if (isSampled) this.#remoteSampled++
    else this.#remoteUnsampled++
  }

  #inherit(isSampled: boolean, state: TraceState | undefined): Verdict {
    if (state === undefined) return isSampled ? SAMPLE : DROP
    if (isSampled) return (this.#inherited = this.#inherited.with(state))
    return (this.#inheritedDrop = this.#inheritedDrop.with(state))
  }

  /**
   * Reads what `state` says, and leaves out a threshold that contradicts the decision, or that nobody can read. Afterwards
   * the random number of the trace is known: the one in there, if there is one.
   */
  #checked(state: TraceState, isSampled: boolean, high24: number, low32: number): TraceState | undefined {
    const ot = this.#ot
    ot.read(state.get(OT_KEY) ?? '')
    this.#randomHigh24 = ot.hasRandomness ? ot.randomHigh24 : high24
    this.#randomLow32 = ot.hasRandomness ? ot.randomLow32 : low32
    if (!ot.mentionsThreshold) return state
    if (ot.hasThreshold && isSampled === this.#isAboveParent()) return state
    ot.hasThreshold = false
    return withoutThreshold(state)
  }

  #isAboveParent(): boolean {
    const ot = this.#ot
    return (
      this.#randomHigh24 > ot.thresholdHigh24 ||
      (this.#randomHigh24 === ot.thresholdHigh24 && this.#randomLow32 >= ot.thresholdLow32)
    )
  }

  /** The more selective one of two thresholds that a trace has passed is the one that counts. */
  readonly #putGreater = (state: TraceState | undefined, threshold: Threshold | undefined): TraceState | undefined => {
    const ot = this.#ot
    if (threshold === undefined || !ot.hasThreshold) return withoutThreshold(state)
    const isParentGreater =
      ot.thresholdHigh24 > threshold.high24 ||
      (ot.thresholdHigh24 === threshold.high24 && ot.thresholdLow32 >= threshold.low32)
    return isParentGreater ? state : withThreshold(state, threshold.text)
  }
}

function putThreshold(state: TraceState | undefined, threshold: Threshold | undefined): TraceState | undefined {
  return withThreshold(state, threshold?.text)
}

/** Sampled before with a probability that nobody knows, it stays so. */
function capUnknown(route: SamplingRoute, high24: number, low32: number): Verdict {
  const verdict = route.decide(high24, low32)
  return verdict.decision === 'sample' ? SAMPLE : verdict
}
