import type { Facts } from '../facts.ts'
import type { OutageMemory } from '../history/views/outage-memory.ts'
import { lazyCollectorOf } from './lazy-collector.ts'
import { type Slope, theilSen } from './statistics/theil-sen.ts'

/** What the memory of an outage tells. */
export interface OutageMemoryFinding {
  readonly memory: OutageMemory
  /** Bytes per request, with 95 %. */
  readonly slope: Slope
  /** That it rests on. */
  readonly requestCount: number
  readonly what: 'growing' | 'bounded' | 'unclear'
  /** Why it is unclear. */
  readonly because?: string
}

/**
 * A span that is kept takes more than twice as much (measured in Node.js: 1.1 to 4.3 KiB); what a heap does by itself takes
 * less, once it is warm (measured: up to 150 bytes).
 */
export const BYTES_PER_SPAN = 512
/** Readings after the queue was full. */
const NEEDED_POINTS = 8
/**
 * Requests between the first and the last of them. What is in use after collections moves by up to 2 MiB by itself (see
 * judge-memory.ts), which is 512 bytes for each of 4096. Where only resident memory is known it takes more of
 * them before it is said to grow: with fewer, a heap that gets warm looks like spans that are kept.
 */
export const NEEDED_REQUESTS = { bounded: 2048, growing: { live: 4096, resident: 8000 } } as const
/** A growth that has slowed down to less than this share of itself comes to an end. */
const PLATEAU_RATIO = 0.5

/** Whether spans that nobody takes pile up. */
export function outageMemoryFinding(memory: OutageMemory, facts: Facts): OutageMemoryFinding {
  const { points, by } = memory
  const slope = theilSen(points)
  const requestCount = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0)
  const found = { memory, slope, requestCount }
  const unclear = (because: string): OutageMemoryFinding => ({ ...found, what: 'unclear', because })
  if (points.length < NEEDED_POINTS || requestCount < NEEDED_REQUESTS.bounded)
    return unclear(`it takes ${NEEDED_REQUESTS.bounded} requests and ${NEEDED_POINTS} readings`)
  if (slope.high <= BYTES_PER_SPAN) return { ...found, what: 'bounded' }
  const end = theilSen(points.slice(Math.floor(points.length / 2)))
  const goesOn = end.slope > BYTES_PER_SPAN && end.slope > PLATEAU_RATIO * slope.slope
  if (slope.low <= BYTES_PER_SPAN || !goesOn) return unclear('it neither stays nor grows at an even pace')
  const isLazy = by === 'resident' ? lazyCollectorOf(facts) : undefined
  if (isLazy !== undefined) return unclear(isLazy)
  const needed = NEEDED_REQUESTS.growing[by]
  return requestCount < needed ? unclear(`it takes ${needed} requests`) : { ...found, what: 'growing' }
}
