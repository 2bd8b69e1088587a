import type { Context, Span, Tracer } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import type { PropagatorName } from '../env/propagators-env.ts'
import { DeferredSpans } from './deferred-spans.ts'
import type { MethodName } from './http-method.ts'
import { IncomingContext } from './incoming-context.ts'
import type { ServerConnection } from './server-connection.ts'
import { ServerRequestAttributes } from './server-request-attributes.ts'

export interface ServerSpansOptions {
  readonly tracer: Tracer
  /** The formats of the propagator that is registered, if it is ours. @default what is registered is asked */
  readonly propagators?: readonly PropagatorName[] | undefined
}

/** Begins the spans of requests to servers. */
export class ServerSpans {
  readonly #spans: DeferredSpans<ServerRequestAttributes>
  readonly #incoming: IncomingContext
  /** The request whose span is being begun. */
  #request: IncomingMessage | undefined = undefined
  #method: MethodName | undefined = undefined
  #connection: ServerConnection | undefined = undefined

  constructor({ tracer, propagators }: ServerSpansOptions) {
    this.#spans = new DeferredSpans(tracer, () => this.#collect())
    this.#incoming = new IncomingContext(propagators)
  }

  /** What the attributes of the latest span are made of, if they were left for later. */
  get deferred(): ServerRequestAttributes | undefined {
    return this.#spans.deferred
  }

  /** What came along with a request: who asks, and baggage. */
  contextOf({ headers }: IncomingMessage): Context {
    return this.#incoming.read(headers)
  }

  /** @param around what {@link ServerSpans.contextOf} gave */
  start(request: IncomingMessage, method: MethodName, connection: ServerConnection, around: Context): Span {
    this.#request = request
    this.#method = method
    this.#connection = connection
    return this.#spans.startServer(method.spanName, around)
  }

  /** The three are there while a span is being begun. */
  #collect(): ServerRequestAttributes {
    const request = this.#request as IncomingMessage
    const template = (this.#connection as ServerConnection).templateOf(request, this.#method as MethodName)
    return new ServerRequestAttributes(template, request.url ?? '/')
  }
}
