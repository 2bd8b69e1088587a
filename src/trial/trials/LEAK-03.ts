import { eventsOf, type Lifetime, markedAt } from '../history/lifetime.ts'
import { BURN_BEGAN, BURN_ENDED } from '../history/marks/growth.ts'
import { RUNTIME_METRICS, runtimeFigures } from '../history/views/runtime-figures.ts'
import { defineTrial } from '../trial.ts'
import { bytes } from '../verdict/bytes.ts'
import { MIN_REQUESTS } from '../verdict/judge-growth.ts'
import { type FigureJudgement, judgeRuntimeFigure } from '../verdict/judge-runtime-figure.ts'
import { fail, inconclusive, pass, skip } from '../verdict/make-verdict.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'
import { withoutTelemetry } from '../without-telemetry.ts'

/** What is taken when nobody said how much there is. */
const DEFAULT_LIMIT_BYTES = 512 * 1024 * 1024
/** In the curve that a FAIL shows. */
const SHOWN_POINTS = 12

export default defineTrial({
  id: 'LEAK-03',
  slug: 'runtime-figures-stay-flat',
  claim: 'What the runtime tells of itself does not grow with the number of requests.',
  procedure:
    'While the service answers as many requests as it can, it is told to export its metrics every 400 ms, and what its runtime tells of itself is put beside the number of requests: the heap (of V8 without what is young, of the JVM after collections, of Go), goroutines, threads, objects that cannot be collected. ' +
    `Metrics that are known: ${RUNTIME_METRICS.join(', ')}. ` +
    'The first 35 % of the requests are left out, and the slope is judged as that of the memory is (Theil–Sen with its interval of 95 %). ' +
    'It fails when a heap takes more than 64 bytes a request, more than 8 MiB in all, and more than a tenth of the memory limit in a million requests; or when there are more goroutines, threads or objects, by more than 16 and by more than one in a thousand requests; and when that does not come to rest. The figure is the culprit, where the kernel only says that memory grows. ' +
    `Nobody can tell with fewer than ${MIN_REQUESTS} requests after the warm-up, with fewer than eight exports, or where a heap that is told of after collections was not collected. It is skipped where no such metric arrives.`,
  seed: ['A5', 'P5'],
  remedy: {
    feature: 'metrics of the runtime, exported with those of the service',
    page: 'guide/telemetry.md',
    change:
      'Look for what each request starts or keeps and nobody ends: a goroutine that waits for a channel, a thread, an entry of a map.',
    rules: [],
  },
  voyages: ['growth'],
  isTiming: false,
  isExtra: true,
  skipBecause: withoutTelemetry,
  judge({ facts, lifetimes }) {
    const limitBytes = facts.memoryLimitBytes?.value ?? DEFAULT_LIMIT_BYTES
    const lifetime = lifetimes.find((each) => markedAt(each, BURN_BEGAN) !== undefined)
    if (lifetime === undefined) return inconclusive('No burn was seen: the voyage did not get as far.')
    const judgements = runtimeFigures(lifetime).map((figure) => judgeRuntimeFigure(figure, limitBytes))
    if (judgements.length === 0) return withoutFigures(lifetime)
    const figures = judgements.flatMap(figuresOf)
    const growing = judgements.filter(({ outcome }) => outcome === 'grows')
    const [worst] = growing
    if (worst !== undefined)
      return fail(`${describe(worst)}.`, {
        evidence: growing.map((judgement) => toEvidence(judgement, lifetime)),
        figures,
      })
    const flat = judgements.filter(({ outcome }) => outcome === 'flat')
    const unclear = judgements.filter(({ outcome }) => outcome === 'unclear')
    const open = unclear.map(({ figure, because }) => `${figure.metric}: ${because}`)
    if (flat.length === 0 || unclear.some(({ figure }) => figure.kind !== 'count'))
      return inconclusive(`It can't be told whether what the runtime tells grows. ${open.join('; ')}.`, { figures })
    return pass(`${flat.map(describe).join('; ')}.`, { figures, notes: open.map((each) => `Open remains ${each}.`) })
  },
})

function withoutFigures(lifetime: Lifetime): ReturnType<typeof skip> {
  const from = markedAt(lifetime, BURN_BEGAN) ?? 0
  const to = markedAt(lifetime, BURN_ENDED) ?? Infinity
  const arrived = eventsOf(lifetime, 'metric').some(({ at }) => at >= from && at <= to)
  if (!arrived)
    return inconclusive('No metric arrived while it was busy, though OTEL_METRIC_EXPORT_INTERVAL asked for them.')
  return skip(
    'Its metrics tell nothing of its runtime: register the runtime instrumentation of its language, such as v8js.memory.heap.used, go.goroutine.count or jvm.thread.count.',
  )
}

/** `goroutines (go.goroutine.count) went from 12 to 4012 in 4000 requests`. */
function describe({ figure: { kind, what, metric, points }, requestCount }: FigureJudgement): string {
  const tell = kind === 'count' ? String : bytes
  const total = points.at(-1)?.x ?? 0
  const first = points.find(({ x }) => x >= total - requestCount)?.y ?? 0
  const last = points.at(-1)?.y ?? 0
  return `${what[0]?.toUpperCase()}${what.slice(1)} (${metric}) went from ${tell(first)} to ${tell(last)} in ${requestCount} requests`
}

function toEvidence(judgement: FigureJudgement, lifetime: Lifetime): Evidence {
  const { kind, points } = judgement.figure
  const step = Math.max(1, Math.ceil(points.length / SHOWN_POINTS))
  const to = markedAt(lifetime, BURN_ENDED)
  return {
    says: `${describe(judgement)}.`,
    seen: { lifetime: lifetime.id, from: markedAt(lifetime, BURN_BEGAN) ?? 0, ...(to === undefined ? {} : { to }) },
    lines: points
      .filter((_point, index) => index % step === 0 || index === points.length - 1)
      .map(({ x, y }) => `${String(x).padStart(8)} requests  ${kind === 'count' ? y : bytes(y)}`),
  }
}

function figuresOf({ figure: { metric, points }, slope, requestCount }: FigureJudgement): Figure[] {
  const name = metric.replaceAll(/[._](\w)/g, (_whole, letter: string) => letter.toUpperCase())
  return [
    { name: `${name}PerRequest`, value: slope.slope, low: slope.low, high: slope.high },
    { name: `${name}RequestCount`, value: requestCount },
    { name: `${name}PointCount`, value: points.length },
  ].filter(({ value }) => Number.isFinite(value))
}
