import { type B3Decision, type B3Fields, createB3Parent } from './b3-fields.ts'
import { trimOws } from './field-text.ts'

const DECISIONS: Readonly<Record<string, B3Decision>> = { '0': 'deny', '1': 'accept', d: 'debug' }

/**
 * Reads a `b3` header: `{trace id}-{span id}-{decision}-{parent's span id}`, of which the last two may be absent, or a
 * decision alone.
 *
 * @returns `undefined` when it is invalid
 * @see https://github.com/openzipkin/b3-propagation#single-header
 */
export function readB3Single(header: string): B3Fields | undefined {
  const text = trimOws(header)
  const alone = readDecision(text)
  if (alone !== undefined) return { parent: undefined, decision: alone }
  const parts = text.split('-')
  const [traceId, spanId, state, parentSpanId] = parts
  if (traceId === undefined || spanId === undefined || parts.length > 4) return undefined
  if (parentSpanId !== undefined && !/^[\da-f]{16}$/i.test(parentSpanId)) return undefined
  const decision = state === undefined ? 'deferred' : readDecision(state)
  if (decision === undefined) return undefined
  const parent = createB3Parent(traceId, spanId, decision)
  return parent === undefined ? undefined : { parent, decision }
}

function readDecision(text: string): B3Decision | undefined {
  return Object.hasOwn(DECISIONS, text) ? DECISIONS[text] : undefined
}
