import type { MeasuredOn } from '../measured-on.ts'
import type { Sample } from './measure.ts'
import { ADOPTION, COLLECTION, MOMENTS, OF_SPANS, SCRAPE } from './moments.ts'
import { LIMITS_MS, SERIES, SPANS_PER_S } from './settings.ts'
import { BARE, hasMoment, type Variant, VARIANTS } from './variants.ts'

/** What one invocation measured. */
export interface Measurement extends MeasuredOn {
  readonly isPinned: boolean
  readonly tookMs: number
  /** Factor on all times: 1 when it was run as described. */
  readonly scale: number
  readonly samples: readonly Sample[]
  /** What could not be measured. */
  readonly troubles: readonly string[]
}

/** One element of what `--json` prints: a variant in a moment, summed over its rounds. */
export interface JsonRow {
  readonly moment: string
  readonly variant: string
  readonly turns: number
  readonly over1Ms: number
  readonly over2Ms: number
  readonly over5Ms: number
  readonly over10Ms: number
  readonly longestMs: number
  readonly longestGcMs: number
  readonly majorCollections: number
  /** The least of its rounds. */
  readonly arrived: number
  readonly rounds: number
}

/** In the order of the page. */
export function toRows(samples: readonly Sample[]): readonly JsonRow[] {
  return MOMENTS.flatMap(({ id }) =>
    VARIANTS.flatMap(({ name }) => {
      const own = samples.filter(({ moment, variant }) => moment === id && variant === name)
      const [longest] = own.toSorted((a, b) => b.longestMs - a.longestMs)
      if (longest === undefined) return []
      const sum = (of: (sample: Sample) => number): number => own.reduce((total, sample) => total + of(sample), 0)
      const [over1Ms, over2Ms, over5Ms, over10Ms] = LIMITS_MS.map((_, index) => sum(({ over }) => over[index] ?? 0))
      return [
        {
          moment: id,
          variant: name,
          turns: sum(({ turns }) => turns),
          over1Ms: over1Ms ?? 0,
          over2Ms: over2Ms ?? 0,
          over5Ms: over5Ms ?? 0,
          over10Ms: over10Ms ?? 0,
          longestMs: round(longest.longestMs),
          longestGcMs: round(longest.longestGcMs),
          majorCollections: sum(({ majorCollections }) => majorCollections),
          arrived: Math.min(...own.map(({ arrived }) => arrived)),
          rounds: own.length,
        },
      ]
    }),
  )
}

/** How often the loop worked for longer than 10 ms: more than a frame of anybody's patience, and no matter of the machine. */
const MAX_OVER_10_MS = 0

/** Spans of so many seconds may still be on their way when a moment ends. */
const ON_ITS_WAY_S = 1

/**
 * What is wrong: a moment in which export was not at work, work of ours over 10 ms without a break, where bare had none, and
 * spans of an outage that had not arrived 8 s after the first of them.
 */
export function problemsOf(
  { samples, scale }: Pick<Measurement, 'samples' | 'scale'>,
  variants: readonly Variant[],
): readonly string[] {
  const rows = toRows(samples)
  return variants.flatMap((variant) =>
    MOMENTS.filter((moment) => hasMoment(variant, moment)).flatMap((moment) => {
      const row = rows.find((one) => one.moment === moment.id && one.variant === variant.name)
      const where = `${variant.name}, ${moment.id}`
      if (row === undefined || row.turns === 0) return [`${where}: not measured`]
      if (variant.family !== 'ours') return []
      const bare = rows.find((one) => one.moment === moment.id && one.variant === BARE)
      const { least, most } = expectedOf(moment.id, (moment.forMs / 1000) * scale)
      return [
        ...(row.arrived < least ? [`${where}: ${row.arrived} arrived, at least ${least} should`] : []),
        ...(row.arrived > most ? [`${where}: ${row.arrived} arrived, at most ${most} should`] : []),
        ...(row.over10Ms > (bare?.over10Ms ?? MAX_OVER_10_MS)
          ? [`${where}: ${row.over10Ms} turns of more than 10 ms, the longest ${row.longestMs} ms`]
          : []),
        ...(moment.id === OF_SPANS.end.id ? backlogOf(variant.name, samples).map((left) => `${where}: ${left}`) : []),
      ]
    }),
  )
}

/** Round by round, what was created since the outage began and did not arrive after it. */
function backlogOf(variant: string, samples: readonly Sample[]): readonly string[] {
  const of = (moment: string): readonly Sample[] =>
    samples.filter((sample) => sample.variant === variant && sample.moment === moment)
  const before = of(OF_SPANS.sending.id)
  return of(OF_SPANS.end.id).flatMap(({ created, arrived }, round) => {
    const left = created - (before[round]?.created ?? 0) - arrived
    return left > SPANS_PER_S * ON_ITS_WAY_S ? [`${left} spans of the outage had not arrived`] : []
  })
}

/** What has to arrive in a moment of so many seconds, and what can't. */
function expectedOf(moment: string, seconds: number): { readonly least: number; readonly most: number } {
  const created = SPANS_PER_S * seconds
  if (moment === OF_SPANS.outage.id) return { least: 0, most: 0 }
  if (moment === OF_SPANS.begin.id) return { least: 0, most: created }
  const least: Readonly<Record<string, number>> = {
    [COLLECTION.id]: SERIES,
    [SCRAPE.id]: SERIES,
    // More than are new.
    [ADOPTION.id]: created + 1,
    [OF_SPANS.end.id]: created,
  }
  return { least: least[moment] ?? created / 2, most: Number.POSITIVE_INFINITY }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
