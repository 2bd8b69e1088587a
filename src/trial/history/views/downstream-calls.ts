import type { Lifetime } from '../lifetime.ts'

/** A request of the service to a dependency, from its beginning to what became of it. */
export interface DownstreamCall {
  readonly dependency: string
  readonly connection: number
  readonly at: number
  readonly method: string
  readonly path: string
  readonly traceId?: string
  readonly parentSpanId?: string
  /** When the dependency had answered, as far as we let it. */
  readonly answeredAt?: number
  /** When the service gave it up: by closing the connection, or by resetting the stream. */
  readonly cancelledAt?: number
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/

/** In the order in which they began. */
export function downstreamCalls(lifetime: Lifetime): DownstreamCall[] {
  const calls = new Map<string, DownstreamCall>()
  for (const event of lifetime.events) {
    if (event.kind === 'dependency') {
      if (event.what !== 'closed' || event.by === 'dependency') continue
      // Whoever closes the connection gives up what is on it.
      for (const [key, call] of calls) {
        if (call.dependency !== event.dependency || call.connection !== event.connection) continue
        if (call.answeredAt === undefined && call.cancelledAt === undefined && event.by === 'service')
          calls.set(key, { ...call, cancelledAt: event.at })
      }
      continue
    }
    if (event.kind !== 'downstream') continue
    const key = JSON.stringify([event.dependency, event.connection, event.exchange])
    const call = calls.get(key)
    if (event.what === 'began') {
      const parts = TRACEPARENT.exec(event.traceparent ?? '')
      const { dependency, connection, at, method, path } = event
      calls.set(key, {
        dependency,
        connection,
        at,
        method,
        path,
        ...(parts !== null && { traceId: parts[1] as string, parentSpanId: parts[2] as string }),
      })
    } else if (call !== undefined) {
      if (event.what === 'answered' && call.answeredAt === undefined) calls.set(key, { ...call, answeredAt: event.at })
      if (event.what === 'cancelled' && call.cancelledAt === undefined)
        calls.set(key, { ...call, cancelledAt: event.at })
    }
  }
  return [...calls.values()]
}
