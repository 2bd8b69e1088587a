import type { RuntimeFigure } from '../history/views/runtime-figures.ts'
import { judgeGrowth, MIN_REQUESTS } from './judge-growth.ts'
import { type Slope, theilSen } from './statistics/theil-sen.ts'

/** What can be said of one figure. */
export interface FigureJudgement {
  readonly figure: RuntimeFigure
  readonly outcome: 'flat' | 'grows' | 'unclear'
  /** Why it is unclear; empty otherwise. */
  readonly because: string
  /** Bytes, or things, per request. */
  readonly slope: Slope
  readonly requestCount: number
}

/** Collections that were seen: fewer different values of what they left are no course. */
const MIN_COLLECTIONS = 4
/** What V8 keeps in its old heap at the moment of a look, beyond what lives; of Go, between two collections. */
const LEAST_RISE_BYTES = 8 * 1024 * 1024
const WARM_UP_SHARE = 0.35
const MIN_POINTS = 8
/** Of things: a pool that fills late, … */
const LEAST_RISE_COUNT = 16
/** … or one of a thousand requests: less is known by nobody in the time of a burn. */
const LEAST_RISE_SHARE = 0.001

/** Whether a figure of the runtime grows with the requests. */
export function judgeRuntimeFigure(figure: RuntimeFigure, limitBytes: number): FigureJudgement {
  const { kind, points } = figure
  if (kind === 'count') return judgeCount(figure)
  const judgement = judgeGrowth(points, { limitBytes, leastRiseBytes: LEAST_RISE_BYTES })
  const { outcome, slope, requestCount } = judgement
  const because = judgement.because.replaceAll('memory', 'it')
  const different = new Set(points.map(({ y }) => y)).size
  if (kind === 'after-collection' && outcome !== 'grows' && different < MIN_COLLECTIONS)
    return {
      figure,
      outcome: 'unclear',
      because: 'too few collections were seen to tell what they leave',
      slope,
      requestCount,
    }
  return { figure, outcome, because, slope, requestCount }
}

function judgeCount(figure: RuntimeFigure): FigureJudgement {
  const { points } = figure
  const total = points.at(-1)?.x ?? 0
  const judged = points.filter(({ x }) => x >= total * WARM_UP_SHARE)
  const first = judged[0]?.x ?? 0
  const requestCount = total - first
  const slope = theilSen(judged)
  const last = theilSen(judged.filter(({ x }) => x >= first + (requestCount * 2) / 3))
  const unclear = (because: string): FigureJudgement => ({ figure, outcome: 'unclear', because, slope, requestCount })
  if (judged.length < MIN_POINTS)
    return unclear(`it came ${judged.length} times after the warm-up, and ${MIN_POINTS} are needed`)
  if (requestCount < MIN_REQUESTS)
    return unclear(`${requestCount} requests were answered after the warm-up, and ${MIN_REQUESTS} are needed to tell`)
  const least = Math.max(LEAST_RISE_COUNT, requestCount * LEAST_RISE_SHARE)
  const values = judged.map(({ y }) => y)
  if (Math.max(...values) - Math.min(...values) < least)
    return { figure, outcome: 'flat', because: '', slope, requestCount }
  if (slope.low * requestCount <= least) return unclear('it moved too much to tell')
  if (!(last.slope > slope.slope / 2)) return unclear('it grew and was coming to rest at the end')
  return { figure, outcome: 'grows', because: '', slope, requestCount }
}
