import type { Facts } from '../facts.ts'
import { type MemoryGrowth, memoryGrowthOf } from '../history/views/memory-growth.ts'
import { defineTrial } from '../trial.ts'
import { bytes } from '../verdict/bytes.ts'
import { type GrowthJudgement, judgeGrowth, MAX_BYTES_PER_REQUEST, MIN_REQUESTS } from '../verdict/judge-growth.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Figure, Verdict } from '../verdict/verdict.ts'

/** What is taken when nobody said how much there is: the limit of many a small service. */
const DEFAULT_LIMIT_BYTES = 512 * 1024 * 1024
/** In the curve that a FAIL shows. */
const SHOWN_POINTS = 12

export default defineTrial({
  id: 'LEAK-01',
  slug: 'memory-stays-flat',
  claim: 'Memory does not grow with the number of requests.',
  procedure:
    'The service answers as many requests as it can, while its resident memory is read every 400 ms. The first 35 % of the requests are left out. ' +
    'The slope in bytes per request is the median of the slopes between all pairs of readings (Theil–Sen), with its interval of 95 % from their ranks. ' +
    `It fails when the interval lies above ${MAX_BYTES_PER_REQUEST} bytes, a million requests would take more than a tenth of the memory limit (512 MiB when none is known), and the slope of the last third is more than half of the whole. ` +
    `It passes when the interval lies below ${MAX_BYTES_PER_REQUEST} bytes. Nobody can tell with fewer than ${MIN_REQUESTS} requests after the warm-up, or with memory that moves more than it grows.`,
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
      const judgement = judgeGrowth(growth.points, limitBytes)
      return toVerdict(judgement, growth, lifetime.id, facts, limitBytes)
    }
    return inconclusive('No burn was seen: the voyage did not get as far.')
  },
})

function toVerdict(
  judgement: GrowthJudgement,
  growth: MemoryGrowth,
  lifetime: number,
  facts: Facts,
  limitBytes: number,
): Verdict {
  const { slope, lastSlope, projectedBytes, requestCount } = judgement
  const figures = figuresOf(judgement)
  const interval = `${Math.round(slope.slope)} bytes a request (${Math.round(slope.low)} to ${Math.round(slope.high)} with 95 %)`
  if (judgement.outcome === 'flat')
    return pass(`Memory moved by ${interval} over ${requestCount} requests.`, { figures })
  if (judgement.outcome === 'unclear') {
    const more = growth.answeredCount < MIN_REQUESTS * 2 ? ' Try longer with --soak.' : ''
    return inconclusive(`It can't be told whether memory grows: ${judgement.because}.${more}`, { figures })
  }
  const says = `Memory grows by ${interval}: ${bytes(projectedBytes)} in a million requests, of a limit of ${bytes(limitBytes)}.`
  if (growsOnPurpose(facts))
    return inconclusive(
      `${says} A JVM fills its heap before it collects: run it with -Xmx at half of the limit and say --memory-limit.`,
      { figures },
    )
  return fail(says, {
    evidence: [
      {
        says: `After ${requestCount} requests it still grew by ${Math.round(lastSlope.slope)} bytes a request.`,
        seen: { lifetime, from: growth.from, to: growth.to },
        lines: curve(growth),
      },
    ],
    figures,
    notes:
      facts.memoryLimitBytes === undefined ? ['No memory limit is known: 512 MiB was taken. Say --memory-limit.'] : [],
  })
}

/** A heap that may grow up to the limit is let grow by who manages it. */
function growsOnPurpose({ telemetry, command, memoryLimitBytes }: Facts): boolean {
  const name = command[0]?.split('/').at(-1) ?? ''
  return (telemetry.language === 'java' || /^(?:java|mvnw?|gradlew?|sbt)$/.test(name)) && memoryLimitBytes === undefined
}

function figuresOf({ slope, lastSlope, requestCount, pointCount, projectedBytes }: GrowthJudgement): Figure[] {
  return [
    { name: 'bytesPerRequest', value: slope.slope, low: slope.low, high: slope.high },
    { name: 'lastBytesPerRequest', value: lastSlope.slope },
    { name: 'projectedBytes', value: projectedBytes },
    { name: 'requestCount', value: requestCount },
    { name: 'readingCount', value: pointCount },
  ].filter(({ value }) => Number.isFinite(value))
}

function curve({ points }: MemoryGrowth): string[] {
  const step = Math.max(1, Math.ceil(points.length / SHOWN_POINTS))
  return points
    .filter((_point, index) => index % step === 0 || index === points.length - 1)
    .map(({ x, y }) => `${String(x).padStart(8)} requests  ${bytes(y)}`)
}
