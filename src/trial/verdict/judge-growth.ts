import { type Point, type Slope, theilSen } from './statistics/theil-sen.ts'

/** Less than this is none, however many requests there were: it is 61 MiB in a million. */
export const MAX_BYTES_PER_REQUEST = 64
/** Of the requests, from the beginning: caches fill, code is compiled, heaps find their size. */
const WARM_UP_SHARE = 0.35
/** Fewer requests than this, after the warm-up, move less memory than an allocator takes at once. */
export const MIN_REQUESTS = 5000
const MIN_POINTS = 8
/** Where only a larger leak would show, nothing was shown. */
export const MAX_LEAST_BYTES = 1024
const PROJECTED_REQUESTS = 1_000_000
const LIMIT_SHARE = 0.1

/** What can be said of memory over requests. */
export interface GrowthJudgement {
  readonly outcome: 'flat' | 'grows' | 'unclear'
  /** Why it is unclear; empty otherwise. */
  readonly because: string
  readonly requestCount: number
  readonly pointCount: number
  /** In bytes per request. */
  readonly slope: Slope
  /** Of the last third alone: a plateau has none. */
  readonly lastSlope: Slope
  /** The least leak that shows in so many requests, in bytes a request. */
  readonly leastBytes: number
  /** In a million requests. */
  readonly projectedBytes: number
}

/** What growth is measured by. */
export interface GrowthBounds {
  /** Of the memory that the service may take. */
  readonly limitBytes: number
  /** What a rise has to be more than, in all, to be anything but the way in which memory is taken: in large pieces. */
  readonly leastRiseBytes: number
}

/**
 * Whether memory grows with the number of requests. Significance alone would be a false alarm, because a healthy process
 * grows a little for a long time: it takes more than 64 bytes for each request, a tenth of the memory limit in a million,
 * in all more than what is taken at once, and no plateau at the end.
 */
export function judgeGrowth(points: readonly Point[], { limitBytes, leastRiseBytes }: GrowthBounds): GrowthJudgement {
  const total = points.at(-1)?.x ?? 0
  const judged = points.filter(({ x }) => x >= total * WARM_UP_SHARE)
  const first = judged[0]?.x ?? 0
  const slope = theilSen(judged)
  const lastSlope = theilSen(judged.filter(({ x }) => x >= first + ((total - first) * 2) / 3))
  const projectedBytes = slope.slope * PROJECTED_REQUESTS
  const requestCount = total - first
  const leastBytes = Math.max(MAX_BYTES_PER_REQUEST, leastRiseBytes / requestCount)
  const figures = { requestCount, pointCount: judged.length, slope, lastSlope, leastBytes, projectedBytes }
  const unclear = (because: string): GrowthJudgement => ({ ...figures, outcome: 'unclear', because })
  if (judged.length < MIN_POINTS)
    return unclear(`memory was read ${judged.length} times after the warm-up, and ${MIN_POINTS} are needed`)
  const needed = Math.max(MIN_REQUESTS, Math.ceil(leastRiseBytes / MAX_LEAST_BYTES))
  if (requestCount < needed)
    return unclear(`${requestCount} requests were answered after the warm-up, and ${needed} are needed to tell`)
  if (slope.high < leastBytes) return { ...figures, outcome: 'flat', because: '' }
  if (slope.low <= leastBytes)
    return unclear(
      `memory moved too much to tell: between ${Math.round(slope.low)} and ${Math.round(slope.high)} bytes a request`,
    )
  if (projectedBytes <= limitBytes * LIMIT_SHARE)
    return unclear('memory grew, but by less than a tenth of its limit in a million requests')
  // A plateau: too few points for an interval, but the median of the slopes stands.
  if (!(lastSlope.slope > slope.slope / 2)) return unclear('memory grew and was coming to rest at the end')
  return { ...figures, outcome: 'grows', because: '' }
}
