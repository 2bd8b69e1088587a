import type { Lifetime } from '../history/lifetime.ts'
import { BLOCK_BEGAN } from '../history/marks/slow-collector.ts'
import { collectorBlocks } from '../history/views/collector-blocks.ts'
import { defineTrial } from '../trial.ts'
import { withoutTelemetry } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { compareLatencies, type LatencyComparison } from '../verdict/statistics/compare-latencies.ts'
import type { Figure } from '../verdict/verdict.ts'

/** So many exports have to have been served late, or the slow collector was never met. */
const NEEDED_SLOW_EXPORTS = 3
/** Of each arm. */
const NEEDED_REQUESTS = 50

export default defineTrial({
  id: 'TEL-02',
  slug: 'not-blocked-by-slow-collector',
  claim: 'Requests are answered as fast with a slow collector as with a healthy one.',
  procedure:
    'One process is under steady load while the collector is healthy and slow (every export is answered 300 ms late) in turns: ABBA blocks of a second, the first 300 ms of each uncounted. ' +
    'Latencies are compared by their medians (bootstrap over blocks, then over requests, with 95 %) and by the chance that a request with the slow collector takes longer (Mann-Whitney). ' +
    'It fails when the lower bound of the ratio is over 1.5, the chance over 0.75 and the shift over 5 ms; it passes when the chance is below 0.65 and the upper bound of the shift below 5 ms or half of the median. ' +
    'Nobody can tell in between, or when the slow collector served fewer than three exports. Tails are not compared: on a machine that others use they differ tenfold without a reason.',
  seed: ['A2', 'P4'],
  remedy: {
    feature: 'export beside the requests: a bounded queue, and nothing that a handler waits for',
    page: 'guide/telemetry.md',
    change: 'Export in batches in the background (BatchSpanProcessor), and never wait for an export in a handler.',
    rules: [],
  },
  voyages: ['slow-collector'],
  isTiming: true,
  skipBecause: withoutTelemetry,
  judge({ lifetimes }) {
    const blocks = lifetimes.flatMap((lifetime) => collectorBlocks(lifetime))
    const healthy = blocks.filter(({ isSlow }) => !isSlow).map(({ latenciesMs }) => latenciesMs)
    const slow = blocks.filter(({ isSlow }) => isSlow).map(({ latenciesMs }) => latenciesMs)
    const slowExportCount = blocks.reduce((sum, block) => sum + block.slowExportCount, 0)
    const fewest = Math.min(healthy.flat().length, slow.flat().length)
    if (fewest < NEEDED_REQUESTS)
      return inconclusive(
        `Only ${fewest} requests could be timed in one of the arms; it takes ${NEEDED_REQUESTS} in each`,
      )
    if (slowExportCount < NEEDED_SLOW_EXPORTS)
      return inconclusive(
        `The slow collector served ${slowExportCount} exports; it takes ${NEEDED_SLOW_EXPORTS} to tell whether anybody waits for them`,
        { figures: [{ name: 'slowExportCount', value: slowExportCount }] },
      )
    const comparison = compareLatencies(healthy, slow)
    const figures = figuresOf(comparison, slowExportCount)
    if (comparison.isSlower)
      return fail(`Requests wait for the collector: ${describe(comparison)}`, {
        figures,
        evidence: [worstBlock(lifetimes, comparison)],
      })
    if (comparison.isSame)
      return pass(`The slow collector served ${slowExportCount} exports, and nobody waited: ${describe(comparison)}`, {
        figures,
      })
    return inconclusive(`Neither clearly slower nor clearly as fast: ${describe(comparison)}`, { figures })
  },
})

function describe({ p50Ms, ratio, shiftMs, slowerRatio }: LatencyComparison): string {
  return (
    `the median went from ${p50Ms.toFixed(1)} to ${(p50Ms + shiftMs.value).toFixed(1)} ms ` +
    `(ratio ${ratio.value.toFixed(2)}, 95 %: ${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}; ` +
    `a request was slower with the chance ${slowerRatio.toFixed(2)})`
  )
}

function figuresOf({ p50Ms, ratio, shiftMs, slowerRatio }: LatencyComparison, slowExportCount: number): Figure[] {
  return [
    { name: 'healthyP50Ms', value: p50Ms },
    { name: 'p50Ratio', ...ratio },
    { name: 'p50ShiftMs', ...shiftMs },
    { name: 'slowerChanceRatio', value: slowerRatio },
    { name: 'slowExportCount', value: slowExportCount },
  ]
}

/** The first block in which the collector was slow: what it looked like there. */
function worstBlock(lifetimes: readonly Lifetime[], { p50Ms }: LatencyComparison) {
  const [lifetime] = lifetimes.filter(({ events }) =>
    events.some((event) => event.kind === 'mark' && event.name === BLOCK_BEGAN),
  ) as [Lifetime]
  const block = collectorBlocks(lifetime).find(({ isSlow, latenciesMs }) => isSlow && latenciesMs.length > 0)
  const { from = 0, to = 0 } = block ?? {}
  const requests = lifetime.events
    .flatMap((event) => (event.kind === 'request' && event.intendedAt >= from && event.intendedAt < to ? [event] : []))
    .toSorted((one, other) => other.at - other.intendedAt - (one.at - one.intendedAt))
    .slice(0, 3)
  const [worst] = requests
  return {
    says:
      worst === undefined
        ? `While exports took 300 ms longer, requests took longer than the ${p50Ms.toFixed(1)} ms of before`
        : `While exports took 300 ms longer, request ${worst.id} took ${Math.round(worst.at - worst.intendedAt)} ms; ${p50Ms.toFixed(1)} ms is usual here`,
    seen: { lifetime: lifetime.id, from, to, requests: requests.map(({ id }) => id) },
  }
}
