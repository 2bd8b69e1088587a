import { type Context, context as contextApi, type SpanContext, trace, TraceFlags } from '@opentelemetry/api'
import type { ExemplarFilter } from '../env/metrics-env.ts'

export interface ExemplarPolicyOptions {
  readonly filter: ExemplarFilter
  /** The context of the code that runs. @default that of the API */
  readonly activeContext?: (() => Context) | undefined
  /** @default Math.random */
  readonly random?: (() => number) | undefined
  readonly unixNow: () => number
}

/**
 * Which measurements may become exemplars.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#exemplarfilter
 */
export class ExemplarPolicy {
  readonly isOff: boolean
  readonly unixNow: () => number
  readonly random: () => number
  readonly #takesAll: boolean
  readonly #activeContext: () => Context

  constructor({ filter, activeContext, random, unixNow }: ExemplarPolicyOptions) {
    this.isOff = filter === 'always_off'
    this.#takesAll = filter === 'always_on'
    this.unixNow = unixNow
    this.random = random ?? Math.random
    this.#activeContext = activeContext ?? ((): Context => contextApi.active())
  }

  /** The span that a measurement belongs to; `undefined` when it may be no exemplar; invalid when it has no span. */
  spanOf(context: Context | undefined): SpanContext | undefined {
    const span = trace.getSpanContext(context ?? this.#activeContext())
    if (span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) !== 0) return span
    return this.#takesAll ? (span ?? NO_SPAN) : undefined
  }
}

const NO_SPAN: SpanContext = Object.freeze({ traceId: '', spanId: '', traceFlags: TraceFlags.NONE })
