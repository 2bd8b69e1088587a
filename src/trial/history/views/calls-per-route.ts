import type { RequestEvent } from '../client-events.ts'
import type { CausedCalls } from './caused-calls.ts'

/** How many calls the requests of one route caused, by the traces of the calls. */
export interface RouteCount {
  /** Without the query. */
  readonly path: string
  readonly requests: readonly RequestEvent[]
  /** What most of them caused; at least 1. */
  readonly usual: number
  readonly total: number
  readonly fewer: readonly RequestEvent[]
  readonly more: readonly RequestEvent[]
}

/** Routes whose requests cause calls. Only requests that were answered are counted. */
export function routeCounts({ answered, calls }: CausedCalls): RouteCount[] {
  const callsOf = new Map<number, number>()
  for (const { saysItIsOf } of calls) {
    if (saysItIsOf !== undefined) callsOf.set(saysItIsOf.id, (callsOf.get(saysItIsOf.id) ?? 0) + 1)
  }
  const countOf = ({ id }: RequestEvent): number => callsOf.get(id) ?? 0
  const byPath = Map.groupBy(answered, ({ method, path }) => `${method} ${path.split('?', 1)[0]}`)
  return [...byPath].flatMap(([path, requests]) => {
    const total = requests.reduce((sum, request) => sum + countOf(request), 0)
    const usual = Math.round(total / requests.length)
    if (usual === 0) return []
    return [
      {
        path,
        requests,
        usual,
        total,
        fewer: requests.filter((request) => countOf(request) < usual),
        more: requests.filter((request) => countOf(request) > usual),
      },
    ]
  })
}
