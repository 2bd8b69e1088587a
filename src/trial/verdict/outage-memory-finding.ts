import type { OutageMemory } from '../history/views/outage-memory.ts'
import { type Slope, theilSen } from './statistics/theil-sen.ts'

/** What the memory of an outage tells. */
export interface OutageMemoryFinding {
  readonly memory: OutageMemory
  /** Bytes per request, with 95 %. */
  readonly slope: Slope
  /** That it rests on. */
  readonly requestCount: number
  readonly what: 'growing' | 'bounded' | 'unclear'
}

/**
 * A span that is kept takes more than twice as much (measured in Node.js: 1.1 to 4.3 KiB); what a heap does by itself takes
 * less, once it is warm (measured: up to 150 bytes).
 */
export const BYTES_PER_SPAN = 512
/** Readings after the queue was full. */
const NEEDED_POINTS = 8
/** Requests between the first and the last of them: with fewer, a heap that gets warm looks like spans that are kept. */
export const NEEDED_REQUESTS = 8000
/** A growth that has slowed down to less than this share of itself comes to an end. */
const PLATEAU_RATIO = 0.5

/** Whether spans that nobody takes pile up. */
export function outageMemoryFinding(memory: OutageMemory): OutageMemoryFinding {
  const { points } = memory
  const slope = theilSen(points)
  const requestCount = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0)
  const found = { memory, slope, requestCount }
  if (points.length < NEEDED_POINTS || requestCount < NEEDED_REQUESTS) return { ...found, what: 'unclear' }
  const end = theilSen(points.slice(Math.floor(points.length / 2)))
  const goesOn = end.slope > BYTES_PER_SPAN && end.slope > PLATEAU_RATIO * slope.slope
  if (slope.low > BYTES_PER_SPAN && goesOn) return { ...found, what: 'growing' }
  return { ...found, what: slope.high <= BYTES_PER_SPAN ? 'bounded' : 'unclear' }
}
