import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { MEMORY_COLLECTED } from '../marks/memory.ts'
import { FULL_RATE_BEGAN, FULL_RATE_ENDED, FULL_RATE_PART } from '../marks/dead-collector.ts'

/** Memory over requests while the collector was dead and as much was sent as the service could answer. */
export interface OutageMemory {
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  readonly answeredCount: number
  /** Which bytes: in use after collections, where the service could be made to collect, else all that is resident. */
  readonly by: 'live' | 'resident'
  /** Bytes over answered requests, from when the queue of spans must have been full. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/** The first requests, by their share, warm the process up; … */
const WARM_UP_RATIO = 0.35
/** … and so many spans fill a queue of the usual length (2048, OTEL_BSP_MAX_QUEUE_SIZE) with what is being sent. */
const QUEUE_SPANS = 4096

/** @returns nothing for a lifetime of another kind */
export function outageMemory(lifetime: Lifetime): OutageMemory | undefined {
  const from = markedAt(lifetime, FULL_RATE_BEGAN)
  if (from === undefined || lifetime.settings['part'] !== FULL_RATE_PART) return undefined
  const to = markedAt(lifetime, FULL_RATE_ENDED) ?? lifetime.events.at(-1)?.at ?? from
  const answered = eventsOf(lifetime, 'request')
    .filter(({ outcome, at }) => outcome === 'answered' && at >= from && at <= to)
    .map(({ at }) => at)
    .toSorted((one, other) => one - other)
  const first = Math.max(QUEUE_SPANS, WARM_UP_RATIO * answered.length)
  const points: { readonly x: number; readonly y: number }[] = []
  let x = 0
  const live = eventsOf(lifetime, 'mark')
    .filter(({ name }) => name === MEMORY_COLLECTED)
    .map(({ at, data }) => ({ at, y: Number(data['liveBytes']) }))
  const by = live.length > 0 ? 'live' : 'resident'
  const readings = by === 'live' ? live : eventsOf(lifetime, 'reading').map(({ at, rssBytes }) => ({ at, y: rssBytes }))
  for (const { at, y } of readings) {
    if (at < from || at > to) continue
    while (x < answered.length && (answered[x] as number) <= at) x += 1
    if (x >= first) points.push({ x, y })
  }
  return { lifetime, from, to, answeredCount: answered.length, by, points }
}
