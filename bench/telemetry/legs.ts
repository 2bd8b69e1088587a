import { MAX_ALIVE } from './settings.ts'
import { tour, type TourCell, type TourOptions } from './tour.ts'
import type { Variant } from './variants.ts'

/**
 * The tour in as many legs as it takes for no variant to wait longer for its turn than {@link MAX_ALIVE} others need. Services
 * without telemetry take part in each, so that every ratio is to a base of the same round.
 */
export async function tourInLegs(options: TourOptions): Promise<readonly TourCell[]> {
  const legs = toLegs(options.variants)
  const cells: TourCell[] = []
  const { until = Number.POSITIVE_INFINITY } = options
  for (const [index, variants] of legs.entries()) {
    const now = performance.now()
    const leg = await tour({
      ...options,
      variants,
      firstRound: index * options.rounds + 1,
      until: now + (until - now) / (legs.length - index),
    })
    cells.push(...leg)
  }
  return joinCells(cells)
}

/** All at once where they are few; else those that send a tenth apart from those that send more or nothing. */
export function toLegs(variants: readonly Variant[]): readonly (readonly Variant[])[] {
  if (variants.length <= MAX_ALIVE) return [variants]
  const isBase = ({ family }: Variant): boolean => family === 'none'
  const legOf = (isTenth: boolean): readonly Variant[] =>
    variants.filter((variant) => isBase(variant) || (variant.samplingRatio === 0.1) === isTenth)
  return [legOf(true), legOf(false)]
}

/** What took part in more than one leg, as one. */
export function joinCells(cells: readonly TourCell[]): readonly TourCell[] {
  const joined = new Map<string, TourCell>()
  for (const cell of cells) {
    const known = joined.get(cell.variant)
    joined.set(cell.variant, known === undefined ? cell : join(known, cell))
  }
  return [...joined.values()]
}

function join(one: TourCell, other: TourCell): TourCell {
  return {
    variant: one.variant,
    slices: [...one.slices, ...other.slices],
    rssMiB: Math.max(one.rssMiB, other.rssMiB),
    answered: one.answered + other.answered,
    failed: one.failed + other.failed,
    spans: one.spans + other.spans,
    countedLost: one.countedLost === null ? other.countedLost : one.countedLost + (other.countedLost ?? 0),
  }
}
