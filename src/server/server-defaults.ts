import type { Server } from 'node:http'
import type { TrackableServer } from './server-drain.ts'

/** What Node sets when the user sets nothing; held against every supported version by a test. */
const NODE_KEEP_ALIVE_TIMEOUT_MS = 5000
const NODE_HEADERS_TIMEOUT_MS = 60_000

/**
 * How long an idle keep-alive connection is kept, in milliseconds. Longer than a load balancer in front keeps it, so
 * that the balancer is the one that closes: if the service closes first, a request may meet the close on its way, and
 * that is the 502 without a cause which is seen now and then. The idle timeout of an AWS Application Load Balancer is
 * 60 s by default, that of an nginx upstream as well. Google's balancers keep connections for 600 s: set 620_000 there.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout
 * @see https://cloud.google.com/load-balancing/docs/https#timeout-keepalive-backends
 */
export const DEFAULT_KEEP_ALIVE_TIMEOUT_MS = 65_000

/** One second above {@link DEFAULT_KEEP_ALIVE_TIMEOUT_MS}, so that it can't end a connection that is still kept. */
export const DEFAULT_HEADERS_TIMEOUT_MS = 66_000

/**
 * Raises `keepAliveTimeout` and `headersTimeout` of `server` where they still have Node's own default (5 s and 60 s);
 * values that the user chose stay, and so does `requestTimeout` (300 s). HTTP/2 servers have them for their HTTP/1.1
 * clients (`allowHTTP1`); servers that speak no HTTP/1.1 have none, and are left alone.
 */
export function applyServerDefaults(server: TrackableServer): void {
  if (!hasTimeouts(server)) return
  if (server.keepAliveTimeout === NODE_KEEP_ALIVE_TIMEOUT_MS) server.keepAliveTimeout = DEFAULT_KEEP_ALIVE_TIMEOUT_MS
  const allowsIt = server.requestTimeout === 0 || server.requestTimeout > DEFAULT_HEADERS_TIMEOUT_MS
  if (server.headersTimeout === NODE_HEADERS_TIMEOUT_MS && allowsIt) server.headersTimeout = DEFAULT_HEADERS_TIMEOUT_MS
}

type Timeouts = Pick<Server, 'keepAliveTimeout' | 'headersTimeout' | 'requestTimeout'>

function hasTimeouts(server: object): server is Timeouts {
  return 'keepAliveTimeout' in server && 'headersTimeout' in server && 'requestTimeout' in server
}
