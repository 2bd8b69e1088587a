import { type Context, propagation, trace } from '@opentelemetry/api'
import type { IncomingHttpHeaders } from 'node:http2'
import { FAST_ROOT } from '../context/fast-context.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { readTraceParent } from '../propagation/trace-parent.ts'
import { HeaderFormats } from './header-formats.ts'

/** Reads what came along with a request: who asks, and baggage. */
export class IncomingContext {
  readonly #formats: HeaderFormats

  /** @param propagators what is registered, if it is ours; `undefined` where that has to be asked */
  constructor(propagators: readonly PropagatorName[] | undefined) {
    this.#formats = new HeaderFormats(propagators)
  }

  read(headers: IncomingHttpHeaders): Context {
    const { asksPropagator, hasTraceContext, hasBaggage } = this.#formats
    if (asksPropagator || (hasBaggage && headers['baggage'] !== undefined)) {
      return propagation.extract(FAST_ROOT, headers)
    }
    const header = hasTraceContext ? headers['traceparent'] : undefined
    if (typeof header !== 'string') return FAST_ROOT
    const state = headers['tracestate']
    const parent = readTraceParent(header, typeof state === 'string' ? state : undefined)
    return parent === undefined ? FAST_ROOT : FAST_ROOT.withSpan(trace.wrapSpanContext(parent))
  }
}
