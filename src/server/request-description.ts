import type { IncomingMessage } from 'node:http'

import type { OpenRequest } from './tracked-connection.ts'

/** What a report says of a request. Never a query, a header or a body: these hold other people's data. */
export interface RequestDescription {
  readonly method: string
  /** The path as the client sent it, without the query, at most 256 characters of it. */
  readonly path: string
  /** The pattern that the framework matched, such as `/orders/:id`, where the service told how to find it. */
  readonly route?: string
  readonly ageMs: number
}

/** Finds the matched route of a request; `undefined` while there is none. */
export type RouteOf = (request: IncomingMessage) => string | undefined

const MAX_PATH_LENGTH = 256

/** The path of a request target, without query or fragment; of an absolute target (RFC 9112 §3.2.2) only its path. */
export function pathOf(target: string | undefined): string {
  if (target === undefined || target === '') return '/'
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)
  const rest = absolute === null ? target : target.slice(absolute[0].length)
  const end = rest.search(/[?#]/)
  const path = end === -1 ? rest : rest.slice(0, end)
  return path === '' ? '/' : path
}

export function describeRequest(entry: OpenRequest, now: number, routeOf?: RouteOf): RequestDescription {
  const route = routeOf?.(entry.request)
  return {
    method: entry.request.method ?? 'GET',
    path: pathOf(entry.request.url).slice(0, MAX_PATH_LENGTH),
    ...(route === undefined ? {} : { route }),
    ageMs: Math.round(now - entry.startedAt),
  }
}
