import type { Facts } from '../../facts.ts'
import type { RequestEvent } from '../client-events.ts'

/** Methods that a client may repeat by itself: RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** Whether a reused connection died under a request that may be sent again, and the user takes that for no loss. */
export function isRetryAllowed(
  { request, reason }: { readonly request: RequestEvent; readonly reason: string },
  { allowsIdempotentRetry }: Pick<Facts, 'allowsIdempotentRetry'>,
): boolean {
  return reason === 'reset-reused' && allowsIdempotentRetry && IDEMPOTENT.has(request.method)
}
