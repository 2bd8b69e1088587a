import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import type { StopConditions } from './failed-requests.ts'

/**
 * Whether a request met the close of an idle connection that the service could not have announced: the close was on its way
 * before the request came in, the service had waited as long as new connections come, and in all that time the client had
 * not used the connection, so that there was no answer to say `Connection: close` in. HTTP/1.1 has no way to prevent it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.5
 */
export function isUnavoidableReset(
  request: RequestEvent,
  lifetime: Lifetime,
  { stop, endpointLagMs, wireDelayMs }: StopConditions & { readonly wireDelayMs: number },
): boolean {
  const { outcome, serverClosedAt, sentAt } = request
  if (outcome !== 'reset-reused' || serverClosedAt === undefined) return false
  // Never sent, because the close was seen first, or sent behind the close.
  if (sentAt !== undefined && sentAt <= serverClosedAt) return false
  if (serverClosedAt < stop.signalledAt + endpointLagMs) return false
  // An answer that comes in a round trip after the signal, or later, may have been made before it was noticed.
  const couldTellFrom = stop.signalledAt + 2 * wireDelayMs
  return !eventsOf(lifetime, 'request').some(
    (other) => other.connection === request.connection && other.at >= couldTellFrom && other.at < request.startedAt,
  )
}
