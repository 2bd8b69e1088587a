import type { IncomingMessage } from 'node:http'

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

function placeOf(request: IncomingMessage, routeOf: RouteOf | undefined): string {
  try {
    return routeOf?.(request) ?? pathOf(request.url)
  } catch {
    // A report is written when things have gone wrong already: a path is better than no report.
    return pathOf(request.url)
  }
}
