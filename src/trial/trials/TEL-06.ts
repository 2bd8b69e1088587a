import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { type Arm, ARMS } from '../history/marks/overhead.ts'
import { processorCost } from '../history/views/processor-cost.ts'
import { defineTrial } from '../trial.ts'
import { withoutTelemetry } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { isMeasurable, NEEDED_CPU_MS, NEEDED_REQUESTS } from '../verdict/measurable-cost.ts'
import { median } from '../verdict/statistics/quantile.ts'
import type { Figure } from '../verdict/verdict.ts'

/** Complete runs of the three arms. */
const NEEDED_RUNS = 3
/** The arm that is the base of every ratio. */
const BASE: Arm = 'disabled'

export default defineTrial({
  id: 'TEL-06',
  slug: 'overhead-of-telemetry',
  claim: 'Telemetry costs no more processor time than it may.',
  procedure:
    'Three arms take turns, three times each, every one in a process of its own at the same rate of requests: telemetry as it is configured, with every trace recorded (the same where nothing samples), and with OTEL_SDK_DISABLED=true. ' +
    'Compared is the time of the processor (user and system) per 1000 requests, as ratios within a run. ' +
    'It fails when a budget was declared (--telemetry-budget) and every run with the configured telemetry is beyond it; without one, more than 1.5 is a note. ' +
    `An arm lasts until it has taken ${NEEDED_CPU_MS} ms of processor time, 6 s at most, and a run without is made up for, twice at most. ` +
    `Nobody can tell with fewer than ${NEEDED_RUNS} complete runs, with too little processor time to measure, or when spans arrive all the same in the disabled arm.`,
  seed: ['A3', 'A2', 'P5'],
  remedy: {
    feature: 'telemetry that is cheap per span, with sampling by OTEL_TRACES_SAMPLER or a plan',
    page: 'guide/telemetry.md',
    change: 'Sample less, record fewer attributes, and leave out instrumentations that nobody looks at.',
    rules: [],
  },
  voyages: ['overhead'],
  isTiming: true,
  skipBecause: (facts) =>
    facts.machine.isLinux ? withoutTelemetry(facts) : 'The processor time of a process can be read on Linux only',
  judge({ facts, lifetimes }) {
    const costs = lifetimes.flatMap((lifetime) => costOf(lifetime) ?? [])
    const loud = costs.find(({ arm, spanCount }) => arm === BASE && spanCount > 0)
    if (loud !== undefined)
      return inconclusive(
        `${loud.spanCount} spans arrived under OTEL_SDK_DISABLED=true: there is no arm without telemetry to compare with`,
      )
    const runs = [...new Set(costs.map(({ run }) => run))].flatMap((run) =>
      ratiosOf(costs.filter((cost) => cost.run === run)),
    )
    if (runs.length < NEEDED_RUNS)
      return inconclusive(
        `${runs.length} complete runs could be measured; it takes ${NEEDED_RUNS}, each with ${NEEDED_REQUESTS} requests and ${NEEDED_CPU_MS} ms of processor time`,
      )
    const configured = figureOf(
      'configuredCpuRatio',
      runs.map((run) => run.configured),
    )
    const everything = figureOf(
      'everythingSampledCpuRatio',
      runs.map((run) => run.everything),
    )
    const figures: Figure[] = [
      configured,
      everything,
      ...ARMS.filter((arm) => costs.some((cost) => cost.arm === arm)).map((arm) => ({
        name: `${arm}CpuMsPer1000Requests`,
        value: median(costs.filter((cost) => cost.arm === arm).map(({ cpuMsPer1000 }) => cpuMsPer1000)),
      })),
    ]
    const budget = facts.telemetryBudgetRatio
    const says = `With telemetry as it is configured, a request takes ${configured.value.toFixed(2)} times the processor time of one without (${configured.low.toFixed(2)} to ${configured.high.toFixed(2)} in ${runs.length} runs); with every trace recorded ${everything.value.toFixed(2)} times`
    if (configured.low > budget && facts.isTelemetryBudgetDeclared === true)
      return fail(`${says}; the budget is ${budget}`, {
        figures,
        evidence: runs.map(({ configured: ratio, lifetime }) => ({
          says: `${ratio.toFixed(2)} times the processor time of the run without telemetry beside it`,
          seen: { lifetime: lifetime.id, from: 0 },
        })),
      })
    const isOver = configured.value > budget
    return pass(says, {
      figures,
      notes: isOver ? [`That is more than ${budget}; declare a budget (--telemetry-budget) to have it judged`] : [],
    })
  },
})

interface Cost {
  readonly lifetime: Lifetime
  readonly arm: Arm
  readonly run: number
  readonly cpuMsPer1000: number
  readonly spanCount: number
}

/** @returns nothing where too little was done to measure it */
function costOf(lifetime: Lifetime): Cost | undefined {
  const arm = ARMS.find((each) => each === lifetime.settings['arm'])
  const run = lifetime.settings['run']
  const cost = processorCost(lifetime)
  if (arm === undefined || typeof run !== 'number' || !isMeasurable(cost)) return undefined
  const spanCount = eventsOf(lifetime, 'span').length
  return { lifetime, arm, run, cpuMsPer1000: (1000 * cost.cpuMs) / cost.requestCount, spanCount }
}

interface RunRatios {
  readonly lifetime: Lifetime
  readonly configured: number
  readonly everything: number
}

/** Ratios within one run, whose arms had the same machine. */
function ratiosOf(costs: readonly Cost[]): RunRatios[] {
  const [base, configured, everything = configured] = [BASE, 'configured', 'everything'].map((arm) =>
    costs.find((cost) => cost.arm === arm),
  )
  if (base === undefined || configured === undefined || everything === undefined) return []
  return [
    {
      lifetime: configured.lifetime,
      configured: configured.cpuMsPer1000 / base.cpuMsPer1000,
      everything: everything.cpuMsPer1000 / base.cpuMsPer1000,
    },
  ]
}

/** The middle run, and the range of all: of three runs nothing finer can be said. */
function figureOf(name: string, ratios: readonly number[]) {
  return { name, value: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) }
}
