import type { MeasuredOn } from '../measured-on.ts'
import { quantile } from '../statistics.ts'
import type { Saturated, Storm, Stuck } from './moments.ts'
import type { Probes } from './probe.ts'
import type { Processors } from './service-under-probes.ts'
import { STUCK_AFTER_MS } from './settings.ts'
import { VARIANTS } from './variants.ts'

/** One round of one variant. */
export interface Sample {
  readonly variant: string
  readonly processors: Processors
  readonly saturated: Saturated
  readonly stuck: Stuck
  readonly storm: Storm
  readonly calm: Probes
}

export interface Measurement extends MeasuredOn {
  readonly tookMs: number
  readonly scale: number
  readonly samples: readonly Sample[]
  readonly troubles: readonly string[]
}

/** Of the probes of all rounds. */
export interface Figures {
  readonly asked: number
  readonly healthy: number
  readonly refused: number
  readonly unanswered: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface Row {
  readonly variant: string
  readonly processors: Processors
  readonly live: Figures
  readonly ready: Figures
  readonly calm: Figures
  readonly answered: number
  /** The longest of the rounds; `undefined` when it never said so. */
  readonly saidNoMs: number | undefined
  readonly hasStack: boolean
  readonly stormRuns: number
  readonly stormHealthy: number
  readonly rounds: number
}

/** In the order of the page. */
export function toRows(samples: readonly Sample[]): readonly Row[] {
  return VARIANTS.flatMap(({ name }) =>
    (['one', 'all'] as const).flatMap((processors) => {
      const own = samples.filter((sample) => sample.variant === name && sample.processors === processors)
      if (own.length === 0) return []
      const noes = own.flatMap(({ stuck }) => stuck.saidNoMs ?? [])
      return [
        {
          variant: name,
          processors,
          live: figuresOf(own.map(({ saturated }) => saturated.live)),
          ready: figuresOf(own.map(({ saturated }) => saturated.ready)),
          calm: figuresOf(own.map(({ calm }) => calm)),
          answered: own.reduce((sum, { saturated }) => sum + saturated.answered, 0),
          saidNoMs: noes.length === own.length ? Math.max(...noes) : undefined,
          hasStack: own.every(({ stuck }) => stuck.hasStack),
          stormRuns: Math.max(...own.map(({ storm }) => storm.runs)),
          stormHealthy: Math.min(...own.map(({ storm }) => storm.healthy)),
          rounds: own.length,
        },
      ]
    }),
  )
}

function figuresOf(rounds: readonly Probes[]): Figures {
  const times = rounds.flatMap((probes) => probes.times)
  const of = (share: number): number => Math.round(quantile(times, share) * 10) / 10
  const sum = (count: (probes: Probes) => number): number => rounds.reduce((total, probes) => total + count(probes), 0)
  return {
    asked: times.length,
    healthy: sum(({ healthy }) => healthy),
    refused: sum(({ refused }) => refused),
    unanswered: sum(({ unanswered }) => unanswered),
    p50Ms: of(0.5),
    p99Ms: of(0.99),
    maxMs: of(1),
  }
}

/** What the probes of a busy loop may take at most, and how much later than stated a stuck one may be told. */
const MAX_P99_MS = 50
const MAX_LATE_MS = 1000
const OURS = 'seaworthy'

/** What ours has promised and did not keep. How fast it was decides only in a full measurement, on a machine that is left alone. */
export function problemsOf({ samples, scale }: Pick<Measurement, 'samples' | 'scale'>): readonly string[] {
  const isFull = scale === 1
  const rows = toRows(samples).filter(({ variant }) => variant === OURS)
  if (rows.length === 0) return [`${OURS} was not measured`]
  return rows.flatMap(({ processors, live, saidNoMs, hasStack, stormRuns, answered }) => {
    const where = `${OURS}, ${processors}`
    return [
      ...(answered === 0 || live.asked === 0 ? [`${where}: nothing was measured`] : []),
      ...(live.healthy < live.asked
        ? [`${where}: ${live.asked - live.healthy} of ${live.asked} said it does not live`]
        : []),
      ...(isFull && live.p99Ms >= MAX_P99_MS ? [`${where}: p99 of the probe is ${live.p99Ms} ms`] : []),
      ...(saidNoMs === undefined || (isFull && saidNoMs > STUCK_AFTER_MS + MAX_LATE_MS)
        ? [`${where}: a stuck loop was told after ${saidNoMs ?? 'never'} ms`]
        : []),
      ...(hasStack ? [] : [`${where}: nothing says where it hangs`]),
      ...(stormRuns > 1 ? [`${where}: a storm of probes ran the check ${stormRuns} times`] : []),
    ]
  })
}
