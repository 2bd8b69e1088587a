import { loadCatalogue } from '../../../src/core/catalogue.ts'
import type { Facts } from '../../../src/trial/facts.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { isTrial } from '../../../src/trial/trial.ts'
import type { Verdict } from '../../../src/trial/verdict/verdict.ts'

const trials = await loadCatalogue(new URL('../../../src/trial/trials/', import.meta.url), isTrial)

/** What a trial says of lifetimes that were really lived. */
export function judgeLived(id: string, lifetimes: readonly Lifetime[], facts: Facts): Verdict {
  const trial = trials.get(id)
  if (trial === undefined) throw new Error(`there is no trial ${id}`)
  return trial.judge({ facts, lifetimes })
}

/** The outcome of each trial by its id, with its sentence where it is not what was expected. */
export function outcomesOf(
  expected: Readonly<Record<string, Verdict['outcome']>>,
  lifetimes: readonly Lifetime[],
  facts: Facts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(expected).map(([id, outcome]) => {
      const verdict = judgeLived(id, lifetimes, facts)
      if (verdict.outcome === outcome) return [id, outcome]
      return [
        id,
        [`${verdict.outcome}: ${verdict.says}`, ...verdict.evidence.flatMap(({ lines = [] }) => lines)].join('\n'),
      ]
    }),
  )
}
