import type { PropagatorName } from '../env/propagators-env.ts'

/** Formats that are read and written here, without a propagator and a carrier for each request. */
const DIRECT: ReadonlySet<PropagatorName> = new Set(['tracecontext', 'baggage'])

/** Which headers carry the context. */
export class HeaderFormats {
  /** Whether only the propagator that is registered knows. */
  readonly asksPropagator: boolean
  readonly hasTraceContext: boolean
  readonly hasBaggage: boolean

  /** @param names of the propagator that is registered; `undefined` where it is somebody else's */
  constructor(names: readonly PropagatorName[] | undefined) {
    this.asksPropagator = names === undefined || names.some((name) => !DIRECT.has(name))
    this.hasTraceContext = names?.includes('tracecontext') === true
    this.hasBaggage = names?.includes('baggage') === true
  }
}
