/** RFC 9110 and PATCH. Case-sensitive, as methods are. */
const KNOWN_METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']
const OTHER = '_OTHER'

/** How a method appears in telemetry. */
export interface MethodName {
  /** A known method, or `_OTHER`: what a caller makes up must not become a new time series. */
  readonly attribute: string
  /** The method as it was sent, when it is not a known one. */
  readonly original: string | undefined
  /** How names of spans begin. */
  readonly spanName: string
}

/**
 * Tells known methods from others.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span (`http.request.method`)
 */
export function createMethodNames(known: readonly string[] = KNOWN_METHODS): (method: string) => MethodName {
  const names = new Map<string, MethodName>(
    known.map((method) => [method, { attribute: method, original: undefined, spanName: method }]),
  )
  return (method) => names.get(method) ?? { attribute: OTHER, original: method, spanName: 'HTTP' }
}
