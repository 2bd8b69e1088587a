import type { Clock } from '../../core/clock.ts'
import type { Route } from '../facts.ts'
import { ask, type Door } from './ask.ts'

/** Where something usually answers, when nobody says where. */
const USUAL = ['/', '/api', '/hello', '/index.html', '/ping', '/version', '/info', '/status'] as const
const ENOUGH = 8

export interface RouteSearchOptions {
  readonly clock: Clock
  readonly door: Door
  /** Said by the user: taken as they are. */
  readonly declared: readonly Route[]
  /** Of a description of the API: worth a try. */
  readonly candidates: readonly Route[]
  readonly headers: Readonly<Record<string, string>>
}

/** Requests that are answered with 2xx, for the load. */
export async function findRoutes(options: RouteSearchOptions): Promise<readonly Route[]> {
  const { declared, candidates, headers } = options
  if (declared.length > 0) return declared.map((route) => withHeaders(route, headers))
  const described = candidates.filter(({ method }) => method === 'GET').map((route) => withHeaders(route, headers))
  const found = await succeeding(options, described.length > 0 ? described : await describedByService(options))
  if (found.length > 0) return found
  return (
    await succeeding(
      options,
      USUAL.map((path) => ({ method: 'GET', path, headers })),
    )
  ).slice(0, 1)
}

async function succeeding({ clock, door }: RouteSearchOptions, routes: readonly Route[]): Promise<Route[]> {
  const found: Route[] = []
  for (const route of routes) {
    if (found.length >= ENOUGH) break
    const { outcome, status = 500 } = await ask(clock, door, { path: route.path, headers: route.headers })
    if (outcome === 'answered' && status >= 200 && status < 300) found.push(route)
  }
  return found
}

/** What the service itself says that it has, in `/openapi.json`: GET without parameters. */
async function describedByService({ clock, door, headers }: RouteSearchOptions): Promise<Route[]> {
  const { outcome, status, body } = await ask(clock, door, { path: '/openapi.json', headers })
  if (outcome !== 'answered' || status !== 200 || body === undefined) return []
  try {
    const document: unknown = JSON.parse(body.toString())
    const paths: unknown = isRecord(document) ? document['paths'] : undefined
    if (!isRecord(paths)) return []
    return Object.entries(paths)
      .filter(
        ([path, operations]) =>
          path.startsWith('/') && !path.includes('{') && isRecord(operations) && 'get' in operations,
      )
      .map(([path]) => ({ method: 'GET', path, headers }))
  } catch {
    return []
  }
}

function withHeaders(route: Route, headers: Readonly<Record<string, string>>): Route {
  return { ...route, headers: { ...headers, ...route.headers } }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
