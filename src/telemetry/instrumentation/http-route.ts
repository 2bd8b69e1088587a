import { context } from '@opentelemetry/api'
import { getRequestMetadata, type HttpRequestMetadata } from '../context-keys.ts'
import { ATTR } from './attribute-names.ts'

/** How the name of the server span of a request begins, for giving it its route. */
const spanNames = new WeakMap<HttpRequestMetadata, { readonly method: string; applied?: string }>()

/**
 * Tells which route the active request matched, as a pattern of few values: `/orders/:id`, never the path itself.
 * Becomes the name of the request's server span, and `http.route` of the span and of `http.server.request.duration`.
 * Does nothing outside of a request, and for a request that is not observed.
 *
 * Adapters of frameworks call it; call it yourself in a router of your own.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name
 */
export function setHttpRoute(route: string): void {
  const metadata = getRequestMetadata(context.active())
  if (metadata === undefined) return
  metadata.route = route
  applyRoute(metadata)
}

/** Makes a request's metadata one whose route can be set. */
export function trackRoute(metadata: HttpRequestMetadata, method: string): void {
  spanNames.set(metadata, { method })
}

/** Brings the route to the span, also one that an instrumentation of a framework put into the metadata. */
export function applyRoute(metadata: HttpRequestMetadata): void {
  const name = spanNames.get(metadata)
  const { route, span } = metadata
  if (name === undefined || route === undefined || route === '' || route === name.applied) return
  name.applied = route
  span.updateName(`${name.method} ${route}`)
  span.setAttribute(ATTR.httpRoute, route)
}
