import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import type { IncomingHttpHeaders } from 'node:http2'
import { ATTR } from './attribute-names.ts'
import { DeferredSpans, toAttributes } from './deferred-spans.ts'
import type { Http2Connection } from './http2-connection.ts'
import type { MethodName } from './http-method.ts'
import { TemplatedAttributes } from './templated-attributes.ts'
import { splitTarget } from './url-redaction.ts'

/** Begins the spans of what HTTP/2 servers take. */
export class Http2ServerSpans {
  readonly #spans: DeferredSpans<TemplatedAttributes>
  /** What the span is being begun for; a call of gRPC has no method of HTTP. */
  #connection: Http2Connection | undefined = undefined
  #headers: IncomingHttpHeaders = {}
  #method: MethodName | undefined = undefined

  constructor(tracer: Tracer) {
    this.#spans = new DeferredSpans(
      tracer,
      () => this.#collect(),
      () => this.#forSampler(),
    )
  }

  /** What the attributes of the latest span are made of, if they were left for later. */
  get deferred(): TemplatedAttributes | undefined {
    return this.#spans.deferred
  }

  /**
   * @param method of HTTP; `undefined` for a call of gRPC
   * @param around what came along with it
   */
  start(
    name: string,
    connection: Http2Connection,
    headers: IncomingHttpHeaders,
    method: MethodName | undefined,
    around: Context,
  ): Span {
    this.#connection = connection
    this.#headers = headers
    this.#method = method
    return this.#spans.startServer(name, around)
  }

  /** The three are there while a span is being begun. */
  #collect(): TemplatedAttributes {
    const connection = this.#connection as Http2Connection
    const headers = this.#headers
    const path = headers[':path'] ?? '/'
    if (this.#method === undefined) return new TemplatedAttributes(connection.callTemplateOf(headers))
    const attributes = new TemplatedAttributes(connection.templateOf(headers, this.#method))
    const target = splitTarget(path)
    attributes.add(ATTR.urlPath, target.path)
    if (target.query !== '') attributes.add(ATTR.urlQuery, target.query)
    return attributes
  }

  /** Rules go by the path of a call, too, as they do for every other request; its span has it as the method. */
  #forSampler(): Attributes {
    const attributes = toAttributes(this.#collect())
    if (this.#method !== undefined) return attributes
    const path = this.#headers[':path'] ?? '/'
    return { ...attributes, [ATTR.rpcMethod]: path.slice(1), [ATTR.urlPath]: path }
  }
}
