import type { IncomingMessage } from 'node:http'

import type { OpenStream } from './http2-work.ts'
import { pathOf, requestName, upgradeName } from './request-name.ts'
import type { RouteOf } from './server-drain.ts'

const MAX_NAME_LENGTH = 256

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
