import { markedAt } from '../history/lifetime.ts'
import { MEASURING_BEGAN, MEASURING_ENDED } from '../history/marks/dead-collector.ts'
import { type CollectorPair, collectorPairs } from '../history/views/collector-pairs.ts'
import { outageMemory } from '../history/views/outage-memory.ts'
import { describeOutcome } from '../history/views/request-success.ts'
import { defineTrial } from '../trial.ts'
import { withoutTelemetry } from '../without-telemetry.ts'
import { type CollectorFinding, collectorFinding } from '../verdict/dead-collector-finding.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { BYTES_PER_SPAN, type OutageMemoryFinding, outageMemoryFinding } from '../verdict/outage-memory-finding.ts'
import { signTest } from '../verdict/statistics/sign-test.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

/** Ways of being dead that have to have been tried. */
const NEEDED_FAULTS = 3

export default defineTrial({
  id: 'TEL-03',
  slug: 'not-blocked-by-dead-collector',
  claim: 'A dead collector costs no request, no time and no memory without bound.',
  procedure:
    'Every arm is a process of its own, under the same steady load: pairs of one with a healthy collector and one whose collector refuses, hangs, is gone from the network, cuts connections, answers 503 or answers nonsense. ' +
    'A fault that looks slow in its first pair gets four more. Then the collector hangs while as many requests are sent as the service can answer. ' +
    'It fails when requests fail beside a dead collector and not beside a healthy one; when all of five pairs have a median more than 1.5 times as long (sign test: 0.031) with a chance of over 0.75 that a request is slower and a shift over 5 ms; or requests that hang beside the dead collector only; or when memory grows by more than 512 bytes for each span after the queue must have been full, and goes on growing. ' +
    `Nobody can tell when fewer than ${NEEDED_FAULTS} ways were tried, the service never exported anything, or the pairs disagree.`,
  seed: ['A2', 'A5', 'P7'],
  remedy: {
    feature: 'export beside the requests: a bounded queue that drops and counts, and a deadline on every export',
    page: 'guide/telemetry.md',
    change:
      'Export in the background from a queue with a bound that drops what does not fit, and give every export a deadline.',
    rules: [],
  },
  voyages: ['dead-collector'],
  isTiming: true,
  // Before and after it, others are launched; at full rate it is our own load that is loud, and only memory is looked at.
  timedSpanOf(lifetime) {
    const from = markedAt(lifetime, MEASURING_BEGAN)
    return from === undefined ? undefined : { from, to: markedAt(lifetime, MEASURING_ENDED) ?? from }
  },
  skipBecause: withoutTelemetry,
  judge({ facts, lifetimes }) {
    const pairs = collectorPairs(lifetimes)
    const findings = [...new Set(pairs.map(({ collector }) => collector))].map((collector) =>
      collectorFinding(pairs.filter((pair) => pair.collector === collector)),
    )
    const memories = lifetimes
      .flatMap((lifetime) => outageMemory(lifetime) ?? [])
      .map((memory) => outageMemoryFinding(memory, facts))
    const piles = memories.filter(({ what }) => what === 'growing')
    const evidence = [
      ...findings.flatMap((finding) => failures(finding)),
      ...findings.filter(({ what }) => what === 'blocked').map((finding) => blocked(finding)),
      ...piles.map((memory) => growing(memory)),
    ]
    const figures = [
      ...findings.flatMap((finding) => figuresOf(finding)),
      ...memories.flatMap((memory) => memoryFigures(memory)),
    ]
    const notes =
      memories.length === 0 && pairs.length > 0 ? ['Memory in an outage at full rate was not tried at this pace'] : []
    const [first] = evidence
    if (first !== undefined) return fail(first.says, { evidence, figures, notes, isCounted: piles.length > 0 })
    if (findings.length < NEEDED_FAULTS)
      return inconclusive(
        `${findings.length} ways of being dead were tried beside a healthy collector; it takes ${NEEDED_FAULTS}`,
        { figures, notes },
      )
    const unclear = findings.find(({ what }) => what === 'unclear')
    if (unclear !== undefined)
      return inconclusive(`With the collector ${unclear.collector}: ${unclear.because ?? 'nobody can tell'}`, {
        figures,
        notes,
      })
    const vague = memories.find(({ what }) => what === 'unclear')
    if (vague !== undefined)
      return inconclusive(
        `Requests were not held up; whether memory is bounded in an outage can't be told from ${vague.requestCount} requests after the queue must have been full (${bytes(vague.slope.low)} to ${bytes(vague.slope.high)} for each): ${vague.because ?? 'nobody can tell'}`,
        { figures, notes },
      )
    return pass(
      `No request failed or waited in ${pairs.length} lifetimes with a dead collector (${findings.map(({ collector }) => collector).join(', ')})${memories.map(({ slope }) => `, and memory changed by ${bytes(slope.slope)} per request in an outage at full rate`).join('')}`,
      { figures, notes },
    )
  },
})

/** Requests that failed beside a dead collector, where none did beside a healthy one. */
function failures({ collector, pairs }: CollectorFinding): Evidence[] {
  return pairs.flatMap(({ healthy, dead }) => {
    const [first] = dead.failed
    if (first === undefined || healthy.failed.length > 0) return []
    return [
      {
        says: `${dead.failed.length} requests failed with the collector ${collector}, and none with a healthy one; request ${first.id} was ${describeOutcome(first)}`,
        seen: {
          lifetime: dead.lifetime.id,
          from: first.startedAt,
          to: dead.failed.at(-1)?.at ?? first.at,
          requests: dead.failed.slice(0, 20).map(({ id }) => id),
        },
      },
    ]
  })
}

function blocked({ collector, pairs, comparison, slowerPairCount, hangingPairCount }: CollectorFinding): Evidence {
  const [{ dead }] = pairs as [CollectorPair]
  const [hung] = dead.hung
  if (hangingPairCount === pairs.length && hung !== undefined)
    return {
      says: `Requests hang when the collector is ${collector}, and only then: ${dead.hung.length} of them in the first of ${pairs.length} pairs, and some in each (by chance: ${signTest(hangingPairCount, pairs.length).toFixed(3)}); request ${hung.id} had no answer after ${Math.round(dead.until - hung.startedAt)} ms`,
      seen: {
        lifetime: dead.lifetime.id,
        from: hung.startedAt,
        to: dead.until,
        requests: dead.hung.slice(0, 20).map(({ id }) => id),
      },
    }
  const { p50Ms, shiftMs, slowerRatio } = comparison
  return {
    says:
      `Requests wait for a collector that is ${collector}: the median went from ${p50Ms.toFixed(1)} to ${(p50Ms + shiftMs.value).toFixed(1)} ms, ` +
      `in ${slowerPairCount} of ${pairs.length} pairs (by chance: ${signTest(slowerPairCount, pairs.length).toFixed(3)}); a request was slower with the chance ${slowerRatio.toFixed(2)}`,
    seen: { lifetime: dead.lifetime.id, from: dead.from, to: dead.to },
  }
}

function growing({ memory, slope }: OutageMemoryFinding): Evidence {
  return {
    says: `${memory.by === 'live' ? 'Memory in use after collections' : 'Memory'} grows by ${bytes(slope.slope)} for each request (95 %: ${bytes(slope.low)} to ${bytes(slope.high)}) while nobody takes its spans; ${BYTES_PER_SPAN} bytes are less than a span takes that is kept`,
    seen: { lifetime: memory.lifetime.id, from: memory.from, to: memory.to },
  }
}

function figuresOf({ collector, comparison }: CollectorFinding): Figure[] {
  const name = camelCase(collector)
  return [
    { name: `${name}P50Ratio`, ...comparison.ratio },
    { name: `${name}P50ShiftMs`, ...comparison.shiftMs },
    { name: `${name}SlowerChanceRatio`, value: comparison.slowerRatio },
  ]
}

function memoryFigures({ slope, memory }: OutageMemoryFinding): Figure[] {
  if (!Number.isFinite(slope.low)) return []
  return [
    { name: 'outageBytesPerRequest', value: slope.slope, low: slope.low, high: slope.high },
    { name: 'outageRequestCount', value: memory.answeredCount },
  ]
}

function camelCase(words: string): string {
  return words.replace(/[^a-zA-Z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase())
}

function bytes(count: number): string {
  return Number.isFinite(count) ? `${Math.round(count)} bytes` : 'any number of bytes'
}
