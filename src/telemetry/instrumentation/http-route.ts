import { context, type Span } from '@opentelemetry/api'
import { getRequestMetadata, type HttpRequestMetadata } from '../context-keys.ts'
import { ATTR } from './attribute-names.ts'

/** A request to a server of this process whose route can be told. */
export class RoutedRequest implements HttpRequestMetadata {
  readonly type = 'http'
  readonly span: Span
  // Always there, so that all of these objects have one shape.
  route?: string = undefined as unknown as string
  /** How the name of its span begins. */
  readonly #method: string
  #applied: string | undefined = undefined

  constructor(span: Span, method: string) {
    this.span = span
    this.#method = method
  }

  /** Brings the route to the span, also one that an instrumentation of a framework put here. */
  applyRoute(): void {
    const { route } = this
    if (route === undefined || route === '' || route === this.#applied) return
    this.#applied = route
    if (!this.span.isRecording()) return
    this.span.updateName(`${this.#method} ${route}`)
    this.describeRoute(route)
  }

  protected describeRoute(route: string): void {
    this.span.setAttribute(ATTR.httpRoute, route)
  }
}

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
  if (metadata instanceof RoutedRequest) metadata.applyRoute()
}
