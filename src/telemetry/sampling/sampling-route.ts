import type { Clock } from '../../core/clock.ts'
import { SpanKind, type Attributes, type TraceState } from '@opentelemetry/api'
import { AdaptiveRate } from './adaptive-rate.ts'
import { NamePattern } from './name-pattern.ts'
import { PathPattern } from './path-pattern.ts'
import type { SamplingAmount, SamplingRule } from './sampling-plan.ts'
import { Threshold } from './threshold.ts'
import { DROP, SAMPLE, Verdict } from './verdict.ts'

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

/** What became of the traces that a rule has decided about. */
export interface SamplingCounts {
  readonly sampled: number
  /** Not sampled, but recorded here until it is known how they end. */
  readonly recorded: number
  readonly dropped: number
  /** Of those not sampled: the ones that the probability had let through, and the limit per second has not. */
  readonly limited: number
}

/** What is known of a rule. */
export interface SamplingRouteFigures extends SamplingCounts {
  /** Such as `path=/health/*`; `default` for what no rule says. */
  readonly rule: string
  /** In force now. */
  readonly probability: number
}

/** A rule of a plan at work, or what holds where no rule does. */
export class SamplingRoute {
  readonly label: string
  readonly isNever: boolean
  /** Which only the attributes tell. */
  readonly needsAttributes: boolean
  readonly adaptive: AdaptiveRate | undefined

  readonly #kind: SpanKind | undefined
  readonly #name: NamePattern | undefined
  readonly #path: PathPattern | undefined
  readonly #attributes: readonly (readonly [key: string, value: unknown])[]
  readonly #left: Verdict
  #threshold: Threshold
  #sampleVerdict: Verdict
  #sampled = 0
  #leftCount = 0
  #limited = 0

  /** @param ratePerSecond the arrivals, as far as a plan before this one has measured them */
  constructor(
    rule: SamplingRule & SamplingAmount,
    keepSlowerThanMs: number | undefined,
    clock: Clock,
    ratePerSecond = 0,
  ) {
    this.label = labelOf(rule)
    this.isNever = rule.sample === 'never'
    this.needsAttributes = rule.path !== undefined || rule.attributes !== undefined
    this.adaptive = rule.perSecond === undefined ? undefined : new AdaptiveRate(clock, rule.perSecond, ratePerSecond)
    this.#kind = rule.kind === undefined ? undefined : KINDS[rule.kind]
    this.#name = rule.name === undefined ? undefined : new NamePattern(rule.name)
    this.#path = rule.path === undefined ? undefined : new PathPattern(rule.path)
    this.#attributes = Object.entries(rule.attributes ?? {})
    const isRecorded = keepSlowerThanMs !== undefined && !this.isNever && rule.keep !== false
    const slowerThanMs = rule.keepSlowerThanMs ?? keepSlowerThanMs
    this.#left = isRecorded ? Object.freeze(new Verdict('record', undefined, slowerThanMs)) : DROP
    this.#threshold = this.adaptive?.threshold ?? Threshold.of(probabilityOf(rule))
    this.#sampleVerdict = Object.freeze(new Verdict('sample', this.#threshold.traceState))
  }

  get figures(): SamplingRouteFigures {
    const isRecorded = this.#left.decision === 'record'
    return {
      rule: this.label,
      probability: (this.adaptive?.threshold ?? this.#threshold).probability,
      sampled: this.#sampled,
      recorded: isRecorded ? this.#leftCount : 0,
      dropped: isRecorded ? 0 : this.#leftCount,
      limited: this.#limited,
    }
  }

  matches(name: string, kind: SpanKind): boolean {
    return (this.#kind === undefined || this.#kind === kind) && (this.#name === undefined || this.#name.matches(name))
  }

  matchesAttributes(attributes: Attributes): boolean {
    if (this.#path !== undefined) {
      const path = attributes['url.path']
      if (typeof path !== 'string' || !this.#path.matches(path)) return false
    }
    for (const entry of this.#attributes) if (attributes[entry[0]] !== entry[1]) return false
    return true
  }

  /** About a trace that begins here. */
  decide(high24: number, low32: number): Verdict {
    if (!this.#samples(high24, low32)) return this.#left
    return this.#isKnown ? this.#sampleVerdict : SAMPLE
  }

  /** About a trace of others, of which `state` says everything but the threshold; it is put in there. */
  decideAnew(high24: number, low32: number, state: TraceState | undefined, put: PutThreshold): Verdict {
    if (!this.#samples(high24, low32)) return this.#left.with(put(state, undefined))
    if (!this.#isKnown) return SAMPLE.with(put(state, undefined))
    return state === undefined ? this.#sampleVerdict : SAMPLE.with(put(state, this.#threshold))
  }

  /** What it says about a trace that was decided against elsewhere. */
  leave(state: TraceState | undefined): Verdict {
    return this.#left.with(state)
  }

  #samples(high24: number, low32: number): boolean {
    if (this.adaptive !== undefined) this.#adapt(this.adaptive)
    if (this.#threshold.includes(high24, low32)) {
      if (this.adaptive === undefined || this.adaptive.pass()) {
        this.#sampled++
        return true
      }
      this.#limited++
    }
    this.#leftCount++
    return false
  }

  #adapt(adaptive: AdaptiveRate): void {
    adaptive.arrive()
    if (adaptive.threshold === this.#threshold) return
    this.#threshold = adaptive.threshold
    this.#sampleVerdict = Object.freeze(new Verdict('sample', this.#threshold.traceState))
  }

  get #isKnown(): boolean {
    return this.adaptive === undefined || this.adaptive.isKnown
  }
}

/** Puts a threshold into a trace state; `undefined` for a probability that is not known. */
export type PutThreshold = (state: TraceState | undefined, threshold: Threshold | undefined) => TraceState | undefined

function probabilityOf(rule: SamplingRule): number {
  if (rule.sample === 'always') return 1
  return rule.sample === 'never' ? 0 : (rule.probability ?? 1)
}

function labelOf(rule: SamplingRule): string {
  const parts: string[] = []
  if (rule.kind !== undefined) parts.push(`kind=${rule.kind}`)
  if (rule.name !== undefined) parts.push(`name=${rule.name}`)
  if (rule.path !== undefined) parts.push(`path=${rule.path}`)
  for (const [key, value] of Object.entries(rule.attributes ?? {})) parts.push(`${key}=${value}`)
  return parts.length === 0 ? 'default' : parts.join(' ')
}
