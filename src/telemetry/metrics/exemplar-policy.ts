import { type Context, context as contextApi, trace, TraceFlags } from '@opentelemetry/api'
import { FastContext } from '../context/fast-context.ts'
import type { ExemplarFilter } from '../env/metrics-env.ts'
import { LocalSpan } from '../trace/local-span.ts'

/** The span that an exemplar points at. Its ids may be made into text when they are read, so read them late. */
export interface ExemplarSpan {
  readonly traceId: string
  readonly spanId: string
}

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
  spanOf(given: Context | undefined): ExemplarSpan | undefined {
    try {
      const context = given ?? this.#activeContext()
      const span = context instanceof FastContext ? context.span : trace.getSpan(context)
      if (span !== undefined) {
        const identity = span instanceof LocalSpan ? span : span.spanContext()
        if (this.#takesAll || (identity.traceFlags & TraceFlags.SAMPLED) !== 0) return identity
      }
    } catch {
      // A context or a span of somebody else that throws: no exemplar, and no reason to lose the measurement.
    }
    return this.#takesAll ? NO_SPAN : undefined
  }
}

const NO_SPAN: ExemplarSpan = Object.freeze({ traceId: '', spanId: '' })
