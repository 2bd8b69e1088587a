import type { TourCell } from './tour.ts'
import { BARE, type Variant } from './variants.ts'

/** By chance, one run in more than a billion is further from what is expected. */
const SIGMAS = 6.5

/**
 * What is wrong with a tour, however fast or slow the machine was: a request without an answer, and a number of spans
 * that cannot come from the sampling that was asked for. Nothing when all is well.
 */
export function problemsOf(cells: readonly TourCell[], variants: readonly Variant[]): readonly string[] {
  const problems = variants.flatMap((variant) => {
    const cell = cells.find(({ variant: name }) => name === variant.name)
    if (cell === undefined || cell.slices.length === 0) return [`${variant.name}: no round`]
    return [
      ...(cell.failed > 0 ? [`${variant.name}: ${cell.failed} of ${cell.answered} requests failed`] : []),
      ...spanProblems(variant, cell),
    ]
  })
  if (!variants.some(({ name }) => name === BARE)) problems.push(`without "${BARE}" there is nothing to compare with`)
  return problems
}

function spanProblems(variant: Variant, { answered, spans, countedLost }: TourCell): readonly string[] {
  const { name, family, samplingRatio, spansPerRequest } = variant
  const wanted = answered * samplingRatio * spansPerRequest
  const spread = SIGMAS * Math.sqrt(wanted * (1 - samplingRatio))
  const text = `${name}: ${spans} spans of ${answered} requests at ${samplingRatio * 100} %`
  // Others may lose some, and are not ours to judge; but one that delivers none is not at work.
  if (family !== 'ours') return wanted > 0 && spans === 0 ? [`${text}, is it at work?`] : []
  const accounted = spans + (countedLost ?? 0)
  return Math.abs(accounted - wanted) > spread ? [`${text}, and ${countedLost ?? 'none'} counted as lost`] : []
}
