import type { FailedRequest, StopConditions } from './failed-requests.ts'

/**
 * Whether a new connection that was due within the endpoint lag failed only because we were late with it: on a busy machine
 * its first packet may leave long after it was due. A service that listened for the whole lag, and for the time that a
 * packet takes, has refused nobody who was in time.
 */
export function isOurLateness(
  { request, reason }: FailedRequest,
  { stop, endpointLagMs, wireDelayMs }: StopConditions & { readonly wireDelayMs: number },
): boolean {
  if (request.reuse > 0 || request.startedAt < stop.signalledAt) return false
  const lagOverAt = stop.signalledAt + endpointLagMs
  const { listenerClosed } = stop
  if (reason === 'refused') {
    if (listenerClosed === undefined) return false
    const closedFrom = listenerClosed.at - listenerClosed.resolutionMs
    // A refusal that came back before the close has another reason.
    return closedFrom >= lagOverAt + wireDelayMs && request.at >= closedFrom
  }
  // The handshake and the request take three ways; a fourth for us.
  return reason === 'reset-fresh' && request.sentAt !== undefined && request.sentAt > lagOverAt + 4 * wireDelayMs
}
