import type { IncomingMessage } from 'node:http'

import type { OpenStream } from './http2-work.ts'
import type { RouteOf } from './server-drain.ts'

const MAX_NAME_LENGTH = 256

/** The path of a request target, without query or fragment; of an absolute target (RFC 9112 §3.2.2) only its path. */
export function pathOf(target: string | undefined): string {
  if (target === undefined || target === '') return '/'
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)
  const rest = absolute === null ? target : target.slice(absolute[0].length)
  const end = rest.search(/[?#]/)
  const path = end === -1 ? rest : rest.slice(0, end)
  return path === '' ? '/' : path
}

/** The two parts of a request target that a probe or an admin route looks at. */
export interface RequestTarget {
  readonly path: string
  readonly query: URLSearchParams
}

/** Reads any request target, never throws. */
export function parseTarget(target: string | undefined): RequestTarget {
  const text = target ?? '/'
  const mark = text.indexOf('?')
  return { path: pathOf(text), query: new URLSearchParams(mark === -1 ? '' : text.slice(mark + 1)) }
}

/**
 * What reports call a request: `GET /orders/:id` by its route, or by its path where the route is not known. Never a
 * query, a header or a body: these hold other people's data.
 */
export function requestName(request: IncomingMessage, routeOf?: RouteOf): string {
  return `${request.method ?? 'GET'} ${placeOf(request, routeOf)}`.slice(0, MAX_NAME_LENGTH)
}

/** What reports call a connection that another protocol has taken over: `websocket /chat`, `CONNECT a.example:443`. */
export function upgradeName(request: IncomingMessage, routeOf?: RouteOf): string {
  const protocol = request.headers.upgrade?.toLowerCase() ?? request.method ?? 'upgrade'
  return `${protocol} ${placeOf(request, routeOf)}`.slice(0, MAX_NAME_LENGTH)
}

/** What reports call a stream: as a request of HTTP/1.1 by route or path, a gRPC call by its method alone. */
export function streamName({ kind, headers, request }: OpenStream, routeOf?: RouteOf): string {
  const path = headers[':path']
  if (headers['content-type']?.startsWith('application/grpc') === true) return pathOf(path).slice(0, MAX_NAME_LENGTH)
  const method = headers[':method'] ?? 'GET'
  if (kind === 'tunnel') {
    const upgrade = headers[':protocol']
    const url = path ?? headers[':authority']
    return upgradeName({ method, url, headers: { upgrade } } as unknown as IncomingMessage)
  }
  const isCompatible = request !== undefined
  // The two APIs of Node are alike in what a route is found by.
  const described = (isCompatible ? request : { method, url: path }) as unknown as IncomingMessage
  return requestName(described, isCompatible ? routeOf : undefined)
}

function placeOf(request: IncomingMessage, routeOf: RouteOf | undefined): string {
  try {
    return routeOf?.(request) ?? pathOf(request.url)
  } catch {
    // A report is written when things have gone wrong already: a path is better than no report.
    return pathOf(request.url)
  }
}
