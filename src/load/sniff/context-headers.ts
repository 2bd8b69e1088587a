import type { ExchangeSeen } from './exchange-seen.ts'

/** What a request says of its trace. */
export function contextOf(
  headers: ReadonlyMap<string, string>,
): Pick<ExchangeSeen, 'traceparent' | 'tracestate' | 'baggage'> {
  const context: { traceparent?: string; tracestate?: string; baggage?: string } = {}
  for (const name of ['traceparent', 'tracestate', 'baggage'] as const) {
    const value = headers.get(name)
    if (value !== undefined) context[name] = value
  }
  return context
}
