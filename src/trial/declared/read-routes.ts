import type { Known, Route } from '../facts.ts'
import type { Declared } from './declared.ts'
import { type ReadRoute, readRouteAs } from './read-route.ts'
import { readPath } from './read-scalars.ts'
import type { Sources } from './sources.ts'

type RouteKey = 'routes' | 'slow' | 'upload' | 'crash' | 'webSocketPath' | 'ssePath' | 'host' | 'isTls' | 'port'

/** The requests that were said, and where the service is as far as one of them is a whole URL. */
export function readRoutes(sources: Sources): Pick<Declared, RouteKey> {
  const urls = sources.all('url', (node, problems) =>
    (node.kind === 'list' ? node.items : [node]).flatMap((item) => readRouteAs('GET')(item, problems) ?? []),
  )[0]
  const slow = sources.read('slow', readRouteAs('GET'))
  const upload = sources.read('upload', readRouteAs('POST'))
  const crash = sources.read('crash', readRouteAs('GET'))
  const webSocketPath = sources.read('ws', readPath)
  const ssePath = sources.read('sse', readPath)
  const each: readonly Known<ReadRoute>[] = (urls?.value ?? []).map((value) => ({
    value,
    origin: urls?.origin ?? 'flag',
  }))
  return {
    routes: each.map(toRoute),
    ...(slow === undefined ? {} : { slow: toRoute(slow) }),
    ...(upload === undefined ? {} : { upload: toRoute(upload) }),
    ...(crash === undefined ? {} : { crash: toRoute(crash) }),
    ...(webSocketPath === undefined ? {} : { webSocketPath }),
    ...(ssePath === undefined ? {} : { ssePath }),
    ...whereOf([...each, slow, upload, crash]),
  }
}

function toRoute({ value, origin }: Known<ReadRoute>): Known<Route> {
  return { value: value.route, origin }
}

/** Host, port and scheme of the first whole URL. */
function whereOf(reads: readonly (Known<ReadRoute> | undefined)[]): Pick<Declared, 'host' | 'isTls' | 'port'> {
  for (const read of reads) {
    const where = read?.value.where
    if (read === undefined || where === undefined) continue
    const { origin } = read
    return {
      host: { value: where.host, origin },
      port: { value: where.port, origin },
      isTls: { value: where.isTls, origin },
    }
  }
  return {}
}
