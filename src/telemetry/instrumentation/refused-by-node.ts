import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Whether Node itself has refused a request, so that no handler has ever seen it: one without a `Host`, with an
 * expectation that nobody listens for, or beyond what a connection may ask.
 *
 * @see https://nodejs.org/api/http.html#event-dropRequest
 */
export function isRefusedByNode(request: IncomingMessage, { statusCode }: ServerResponse): boolean {
  const { headers } = request
  if (statusCode === 400) return headers.host === undefined
  if (statusCode === 417) return headers.expect !== undefined
  if (statusCode !== 503) return false
  const { server } = request.socket as { readonly server?: { readonly maxRequestsPerSocket?: number | null } }
  return (server?.maxRequestsPerSocket ?? 0) > 0
}
