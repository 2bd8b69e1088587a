import type { Facts } from '../facts.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { memoryFlags } from '../history/views/memory-flags.ts'
import { memoryGrowthOf } from '../history/views/memory-growth.ts'
import { defineTrial } from '../trial.ts'
import { bytes } from '../verdict/bytes.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { median } from '../verdict/statistics/quantile.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Beyond it the next peak, or the page cache, ends the container. */
const MAX_SHARE = 0.9
/** Of the burn, at its end: by then memory is what it will be. */
const PLATEAU_SHARE = 1 / 3
/** Fewer are no plateau. */
const MIN_READINGS = 5
/** What fewer requests take is what the start takes. */
const MIN_REQUESTS = 1000

export default defineTrial({
  id: 'LEAK-04',
  slug: 'memory-limit-is-respected',
  claim: 'Under load the service stays below its memory limit, and its runtime knows of that limit.',
  procedure:
    'While the service answers as many requests as it can, its resident memory is read every 400 ms; its plateau is the median of the last third. ' +
    `It fails when the plateau is above ${percent(MAX_SHARE)} of the memory limit, or any reading is above the limit, where the kernel ends a container. ` +
    'It fails, too, when the runtime was told of more memory than there is: --max-old-space-size, -Xmx, -XX:MaxHeapSize or GOMEMLIMIT, in the environment, the command, or the command of what it started, above the limit. ' +
    'The collectors of Node.js and Go work more often then than they do by themselves, so that a service that passes may take more; one that fails takes at least as much. No limit is enforced. ' +
    `Nobody can tell with fewer than ${MIN_REQUESTS} answers, or ${MIN_READINGS} readings in the last third. It is skipped where no limit is known.`,
  seed: ['A5', 'B1', 'B3'],
  remedy: {
    feature: 'load shedding by memory, which says no before the kernel does',
    page: 'guide/load-shedding.md',
    change:
      'Set the limit of the runtime (--max-old-space-size, -Xmx, GOMEMLIMIT) to about three quarters of the memory limit, and bound caches and what is in flight.',
    rules: [],
  },
  voyages: ['growth'],
  isTiming: false,
  isExtra: true,
  skipBecause: ({ memoryLimitBytes }) =>
    memoryLimitBytes === undefined
      ? 'No memory limit is known: say --memory-limit, or --manifest with resources.limits.memory'
      : undefined,
  judge({ facts, lifetimes }) {
    const limitBytes = facts.memoryLimitBytes?.value
    if (limitBytes === undefined) return inconclusive('No memory limit is known.')
    const seen = lifetimes.flatMap((lifetime) => memoryUseOf(lifetime) ?? [])
    const [use] = seen
    const figures = [
      { name: 'limitBytes', value: limitBytes },
      ...(use === undefined
        ? []
        : [
            { name: 'plateauBytes', value: Math.round(use.plateauBytes) },
            { name: 'highestBytes', value: use.highestBytes },
          ]),
    ].filter(({ value }) => Number.isFinite(value))
    const evidence = [
      ...flagEvidence(facts, lifetimes, limitBytes),
      ...(use === undefined ? [] : useEvidence(use, limitBytes)),
    ]
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    if (use === undefined) return inconclusive('No burn was seen: the voyage did not get as far.', { figures })
    if (use.answeredCount < MIN_REQUESTS || use.readingCount < MIN_READINGS)
      return inconclusive(
        `It can't be told what it takes under load: ${use.answeredCount} requests were answered, and memory was read ${use.readingCount} times in the last third; it takes ${MIN_REQUESTS} and ${MIN_READINGS}.`,
        { figures },
      )
    return pass(
      `Under load it took ${bytes(use.plateauBytes)}, ${percent(use.plateauBytes / limitBytes)} of its limit of ${bytes(limitBytes)}; ${bytes(use.highestBytes)} at most.`,
      { figures, notes: flagNotes(facts, lifetimes, limitBytes) },
    )
  },
})

interface MemoryUse {
  readonly lifetime: number
  readonly from: number
  readonly to: number
  readonly answeredCount: number
  /** In the last third. */
  readonly readingCount: number
  readonly plateauBytes: number
  /** Of all readings of the lifetime. */
  readonly highestBytes: number
}

function memoryUseOf(lifetime: Lifetime): MemoryUse | undefined {
  const growth = memoryGrowthOf(lifetime)
  if (growth === undefined) return undefined
  const { from, to, answeredCount } = growth
  const readings = eventsOf(lifetime, 'reading')
  const last = readings.filter(({ at }) => at >= to - (to - from) * PLATEAU_SHARE && at <= to)
  return {
    lifetime: lifetime.id,
    from,
    to,
    answeredCount,
    readingCount: last.length,
    plateauBytes: median(last.map(({ rssBytes }) => rssBytes)),
    highestBytes: Math.max(0, ...readings.map(({ rssBytes }) => rssBytes)),
  }
}

function useEvidence({ plateauBytes, highestBytes, lifetime, from, to }: MemoryUse, limitBytes: number): Evidence[] {
  const seen = { lifetime, from, to }
  const of = `of its limit of ${bytes(limitBytes)}`
  if (plateauBytes > limitBytes * MAX_SHARE)
    return [{ says: `Under load it took ${bytes(plateauBytes)}, ${percent(plateauBytes / limitBytes)} ${of}.`, seen }]
  if (highestBytes > limitBytes)
    return [
      { says: `At its highest it took ${bytes(highestBytes)}, ${percent(highestBytes / limitBytes)} ${of}.`, seen },
    ]
  return []
}

function flagEvidence(facts: Facts, lifetimes: readonly Lifetime[], limitBytes: number): Evidence[] {
  return memoryFlags(facts, lifetimes)
    .filter((flag) => flag.bytes > limitBytes)
    .map(({ name, where, bytes: amount }) => ({
      says: `${name} in ${where} allows ${bytes(amount)}, and the memory limit is ${bytes(limitBytes)}.`,
    }))
}

function flagNotes(facts: Facts, lifetimes: readonly Lifetime[], limitBytes: number): string[] {
  return memoryFlags(facts, lifetimes)
    .filter((flag) => flag.bytes > limitBytes * MAX_SHARE)
    .map(({ name, where }) => `${name} in ${where} leaves less than a tenth of the limit for all that is not heap.`)
}
