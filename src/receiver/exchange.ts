import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'

/** A request of either version of HTTP, and where its answer goes. */
export interface Exchange {
  readonly request: IncomingMessage | Http2ServerRequest
  readonly response: ServerResponse | Http2ServerResponse
  /** The connection itself, which Node keeps from whoever speaks HTTP/2 on it. */
  readonly socket: Socket
}

export function isHttp2(exchange: Exchange): exchange is {
  readonly request: Http2ServerRequest
  readonly response: Http2ServerResponse
  readonly socket: Socket
} {
  return exchange.request.httpVersionMajor === 2
}

/** The path that was asked for, without the query; also of a request in absolute form (`POST http://host/path`). */
export function pathOf({ request }: Exchange): string {
  const target = request.url ?? ''
  if (!target.startsWith('/')) return URL.canParse(target) ? new URL(target).pathname : target
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/** A header as one text in lower case, without parameters (`; charset=utf-8`); empty when absent. */
export function headerValue({ request }: Exchange, name: string): string {
  const value = request.headers[name]
  const text = Array.isArray(value) ? value.join() : (value ?? '')
  return (text.split(';', 1)[0] ?? '').trim().toLowerCase()
}
