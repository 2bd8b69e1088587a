import { FEW_VARIANTS } from './settings.ts'
import { tour, type TourCell, type TourOptions } from './tour.ts'
import type { Variant } from './variants.ts'

/**
 * The tour in legs of few: a service without telemetry, and two of those that are compared with it, one of ours and one of
 * others where there are. So nobody waits long for a turn, and every ratio is to a base of the same seconds.
 */
export async function tourInLegs(options: TourOptions): Promise<readonly TourCell[]> {
  const legs = toLegs(options.variants)
  const cells: TourCell[] = []
  const { until = Number.POSITIVE_INFINITY } = options
  let left = legs.flat().length
  for (const [index, variants] of legs.entries()) {
    const now = performance.now()
    const leg = await tour({
      ...options,
      variants,
      firstRound: index * options.rounds + 1,
      until: now + ((until - now) * variants.length) / left,
    })
    cells.push(...leg)
    left -= variants.length
  }
  return joinCells(cells)
}

/** All at once where they are few. */
export function toLegs(variants: readonly Variant[]): readonly (readonly Variant[])[] {
  if (variants.length <= FEW_VARIANTS) return [variants]
  const bases = variants.filter(({ family }) => family === 'none')
  const rest = variants.filter(({ family }) => family !== 'none')
  const legs = bases.flatMap((base) => {
    const own = rest.filter((variant) => variant.base === base.name)
    return pairs(inTurns(own)).map((pair) => [base, ...pair])
  })
  return [bases, ...legs]
}

/** One of ours, one of others, as long as there are both. */
function inTurns(variants: readonly Variant[]): readonly Variant[] {
  const ours = variants.filter(({ family }) => family === 'ours')
  const others = variants.filter(({ family }) => family !== 'ours')
  const longest = Math.max(ours.length, others.length)
  return Array.from({ length: longest }, (_, index) => [
    ...ours.slice(index, index + 1),
    ...others.slice(index, index + 1),
  ]).flat()
}

function pairs(variants: readonly Variant[]): readonly (readonly Variant[])[] {
  return Array.from({ length: Math.ceil(variants.length / 2) }, (_, index) => variants.slice(index * 2, index * 2 + 2))
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
