import { createContextKey } from '@opentelemetry/api'
import { isHexId } from './hex-text.ts'
import { RemoteParent } from './trace-parent.ts'

/**
 * That the trace is in debug mode, which B3 carries on. The key is that of the stock propagator.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/tree/main/packages/opentelemetry-propagator-b3
 */
export const B3_DEBUG = createContextKey('OpenTelemetry Context Key B3 Debug Flag')

export type B3Decision = 'accept' | 'deny' | 'debug' | 'deferred'

/** What B3 headers say, in either of their two forms. */
export interface B3Fields {
  /** `undefined` where only a decision was sent. */
  readonly parent: RemoteParent | undefined
  readonly decision: B3Decision
}

/**
 * The two ids, in lower case and with the trace id of 64 bits that B3 allows made one of 128.
 *
 * @returns `undefined` when either is invalid
 */
export function createB3Parent(traceId: string, spanId: string, decision: B3Decision): RemoteParent | undefined {
  const trace = traceId.toLowerCase().padStart(traceId.length === 16 ? 32 : 0, '0')
  const span = spanId.toLowerCase()
  if (trace.length !== 32 || span.length !== 16 || !isHexId(trace, 0, 32) || !isHexId(span, 0, 16)) return undefined
  return new RemoteParent(trace, span, decision === 'accept' || decision === 'debug' ? 1 : 0)
}

/**
 * What stands for "this is not to be sampled" when no ids came with it: a parent of a trace that nobody has, so that
 * samplers which follow their parent do. Nothing is ever recorded under these ids, so any will do.
 */
export function createDeniedParent(): RemoteParent {
  return new RemoteParent(randomHex() + randomHex(), randomHex(), 0)
}

function randomHex(): string {
  const half = (): string => (1 + Math.floor(Math.random() * 0xffff_fffe)).toString(16).padStart(8, '0')
  return half() + half()
}
