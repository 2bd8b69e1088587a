import { byArea } from '../areas.ts'
import type { JudgedTrial } from '../report.ts'
import { OUTCOME_SIGN, type Paint, paintOutcome } from './paint.ts'
import { safeLine } from './safe-text.ts'
import { fit } from './text-width.ts'

/** Where text goes. */
export interface Page {
  readonly paint: Paint
  /** Of a line; absent where lines may be as long as they like, as in a log. */
  readonly columns?: number
}

const OUTCOME_WIDTH = 'INCONCLUSIVE'.length
/** Less than this of a sentence tells nobody anything. */
const MIN_SAYS_WIDTH = 16

/**
 * One line for each trial, by area: sign, outcome, id, slug, and what it says as far as there is room; what could not be
 * told is told elsewhere, in full.
 */
export function renderTable(judged: readonly JudgedTrial[], page: Page): readonly string[] {
  const ids = judged.map(({ trial }) => trial)
  const idWidth = Math.max(0, ...ids.map(({ id }) => id.length))
  const slugWidth = Math.max(0, ...ids.map(({ slug }) => slug.length))
  return byArea(judged, ({ trial }) => trial.id).flatMap(({ title, items }) => [
    page.paint('bold', title),
    ...items.map(({ trial, verdict: { outcome, says } }) => {
      const sign = paintOutcome(page.paint, outcome, `${OUTCOME_SIGN[outcome]} ${outcome.padEnd(OUTCOME_WIDTH)}`)
      const name = `${trial.id.padEnd(idWidth)}  ${trial.slug.padEnd(slugWidth)}`
      const used = 2 + 2 + OUTCOME_WIDTH + 2 + idWidth + 2 + slugWidth + 2
      return `  ${sign}  ${name}  ${outcome === 'INCONCLUSIVE' ? '' : cut(safeLine(says), page.columns, used)}`.trimEnd()
    }),
    '',
  ])
}

function cut(text: string, columns: number | undefined, used: number): string {
  if (columns === undefined) return text
  return columns - used < MIN_SAYS_WIDTH ? '' : fit(text, columns - used)
}
