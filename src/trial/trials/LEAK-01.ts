import type { Facts } from '../facts.ts'
import { type MemoryGrowth, memoryGrowthOf, type MemoryPoint } from '../history/views/memory-growth.ts'
import { defineTrial } from '../trial.ts'
import { bytes } from '../verdict/bytes.ts'
import { lazyCollectorOf } from '../verdict/lazy-collector.ts'
import { type GrowthJudgement, MAX_BYTES_PER_REQUEST, MAX_LEAST_BYTES, MIN_REQUESTS } from '../verdict/judge-growth.ts'
import { judgeMemory, LEAST_RISE_BYTES, type MeasuredMemory, type MemoryJudgement } from '../verdict/judge-memory.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Figure, Verdict } from '../verdict/verdict.ts'

/** What is taken when nobody said how much there is: the limit of many a small service. */
const DEFAULT_LIMIT_BYTES = 512 * 1024 * 1024
/** In the curve that a FAIL shows. */
const SHOWN_POINTS = 12

const WORDS: Readonly<Record<MeasuredMemory, string>> = {
  live: 'Memory in use after collections',
  outside: 'Memory outside of the heap',
  resident: 'Memory',
}

export default defineTrial({
  id: 'LEAK-01',
  slug: 'memory-stays-flat',
  claim: 'Memory does not grow with the number of requests.',
  procedure:
    'The service answers as many requests as it can, with a collector that works often: a heap that nobody waits for fills at an even pace with what nobody needs, and from outside that is a leak. ' +
    'Node.js is given a file to load by NODE_OPTIONS, which collects every 400 ms and tells what is in use; Go is given GOGC=10; others are as they are. Resident memory is read every 400 ms. ' +
    'The first 35 % of the requests are left out. ' +
    'The slope in bytes per request is the median of the slopes between all pairs of readings (Theil–Sen), with its interval of 95 % from their ranks. ' +
    `What counts as a leak is more than ${MAX_BYTES_PER_REQUEST} bytes a request, and in all more than ${bytes(LEAST_RISE_BYTES.live)} of what is in use after collections, ${bytes(LEAST_RISE_BYTES.outside)} of what is not of the heap then, or ${bytes(LEAST_RISE_BYTES.resident)} of what is resident: the least leak that would show is said, and is ${MAX_LEAST_BYTES} bytes a request at most. ` +
    'It fails when the interval lies above that, a million requests would take more than a tenth of the memory limit (512 MiB when none is known), and the slope of the last third is more than half of the whole. It passes when the interval lies below. ' +
    'Where what is in use after collections is known, that decides, and what is resident and not of the heap may fail it as well; elsewhere resident memory decides. ' +
    'Where it is open, or resident memory grew, there are up to three times as many requests. ' +
    `Nobody can tell with fewer than ${MIN_REQUESTS} requests after the warm-up, with memory that moves more than it grows, or with a runtime that lets garbage lie and could not be made to collect.`,
  seed: ['A5'],
  remedy: {
    feature: 'bounds of every queue and cache of the runtime, which also count what they drop',
    page: 'guide/components.md',
    change:
      'Look for what is kept for each request and never let go: entries of a map, listeners, timers, spans; give every cache a bound.',
    rules: [],
  },
  voyages: ['growth'],
  isTiming: false,
  judge({ facts, lifetimes }) {
    const limitBytes = facts.memoryLimitBytes?.value ?? DEFAULT_LIMIT_BYTES
    for (const lifetime of lifetimes) {
      const growth = memoryGrowthOf(lifetime)
      if (growth === undefined) continue
      const judgement = judgeMemory(growth, limitBytes)
      return toVerdict(judgement, growth, lifetime.id, facts, limitBytes)
    }
    return inconclusive('No burn was seen: the voyage did not get as far.')
  },
})

function toVerdict(
  judgement: MemoryJudgement,
  growth: MemoryGrowth,
  lifetime: number,
  facts: Facts,
  limitBytes: number,
): Verdict {
  const { decisive, by } = judgement
  const figures = Object.entries(judgement.of).flatMap(([of, each]) => figuresOf(each, of))
  const { slope, lastSlope, projectedBytes, requestCount, leastBytes } = decisive
  const what = WORDS[by]
  const interval = `${Math.round(slope.slope)} bytes a request (${Math.round(slope.low)} to ${Math.round(slope.high)} with 95 %)`
  if (judgement.outcome === 'flat')
    return pass(
      `${what} moved by ${interval} over ${requestCount} requests; a leak of more than ${Math.round(leastBytes)} would show.`,
      { figures },
    )
  if (judgement.outcome === 'unclear') {
    const more = decisive.requestCount < MIN_REQUESTS * 2 ? ' Try longer with --soak.' : ''
    return inconclusive(`It can't be told whether memory grows: ${decisive.because}.${more}`, { figures })
  }
  const says = `${what} grows by ${interval}: ${bytes(projectedBytes)} in a million requests, of a limit of ${bytes(limitBytes)}.`
  const lazy = by === 'resident' ? lazyCollectorOf(facts) : undefined
  if (lazy !== undefined) return inconclusive(`${says} ${lazy}`, { figures })
  return fail(says, {
    evidence: [
      {
        says: `After ${growth.answeredCount} requests it still grew by ${Math.round(lastSlope.slope)} bytes a request.`,
        seen: { lifetime, from: growth.from, to: growth.to },
        lines: curve(by === 'resident' ? growth.points : growth[by]),
      },
    ],
    figures,
    notes:
      facts.memoryLimitBytes === undefined ? ['No memory limit is known: 512 MiB was taken. Say --memory-limit.'] : [],
  })
}

function figuresOf(judgement: GrowthJudgement, of: string): Figure[] {
  const { slope, lastSlope, requestCount, pointCount, projectedBytes, leastBytes } = judgement
  return [
    { name: `${of}BytesPerRequest`, value: slope.slope, low: slope.low, high: slope.high },
    { name: `${of}LastBytesPerRequest`, value: lastSlope.slope },
    { name: `${of}LeastBytes`, value: leastBytes },
    { name: `${of}ProjectedBytes`, value: projectedBytes },
    { name: `${of}RequestCount`, value: requestCount },
    { name: `${of}ReadingCount`, value: pointCount },
  ].filter(({ value }) => Number.isFinite(value))
}

function curve(points: readonly MemoryPoint[]): string[] {
  const step = Math.max(1, Math.ceil(points.length / SHOWN_POINTS))
  return points
    .filter((_point, index) => index % step === 0 || index === points.length - 1)
    .map(({ x, y }) => `${String(x).padStart(8)} requests  ${bytes(y)}`)
}
