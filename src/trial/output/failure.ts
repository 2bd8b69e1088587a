import type { Facts } from '../facts.ts'
import type { Lifetime } from '../history/lifetime.ts'
import type { JudgedTrial } from '../report.ts'
import type { Remedy } from '../trial.ts'
import type { Evidence } from '../verdict/verdict.ts'
import { paintOutcome } from './paint.ts'
import { remedySource } from './remedy-source.ts'
import { safeLine } from './safe-text.ts'
import { wrap } from './text-width.ts'
import type { Page } from './verdict-table.ts'
import { plural, sightingWords } from './words.ts'

/** How many counter-examples are shown; the others are in the report. */
export const SHOWN_EVIDENCE = 3
const SHOWN_LINES = 12

/** What a failure is shown with. */
export interface Seen {
  readonly lifetimes: ReadonlyMap<number, Lifetime>
  readonly facts: Facts
}

/** A failed trial: what was claimed, what refutes it, and what mends it. */
export function renderFailure(
  { trial, verdict }: JudgedTrial,
  { lifetimes, facts }: Seen,
  page: Page,
): readonly string[] {
  const more = verdict.evidence.length - SHOWN_EVIDENCE
  return [
    `${paintOutcome(page.paint, 'FAIL')}  ${page.paint('bold', `${trial.id} ${trial.slug}`)}`,
    ...block('claim', trial.claim, page),
    // A single counter-example may say all there is to say.
    ...(verdict.evidence.length === 1 && verdict.evidence[0]?.says === verdict.says
      ? []
      : block('but', verdict.says, page)),
    ...verdict.evidence.slice(0, SHOWN_EVIDENCE).flatMap((evidence) => renderEvidence(evidence, lifetimes, page)),
    ...(more > 0 ? [indented(`and ${plural(more, 'more counter-example')}, in --html and --json`)] : []),
    ...renderRemedy(trial.remedy, facts, page),
    '',
  ]
}

function renderEvidence(
  { says, seen, lines = [] }: Evidence,
  lifetimes: ReadonlyMap<number, Lifetime>,
  page: Page,
): readonly string[] {
  const where = seen === undefined ? [] : [page.paint('dim', indented(`  ${sightingWords(seen, lifetimes)}`))]
  const left = lines.length - SHOWN_LINES
  return [
    ...block('•', says, page),
    ...where,
    ...lines.slice(0, SHOWN_LINES).map((line) => page.paint('dim', indented(`│ ${safeLine(line)}`))),
    ...(left > 0 ? [page.paint('dim', indented(`│ … ${plural(left, 'more line')}`))] : []),
  ]
}

function renderRemedy(remedy: Remedy, facts: Facts, page: Page): readonly string[] {
  const { label, text, page: path } = remedySource(remedy, facts)
  return [
    ...block('mend', remedy.change, page),
    ...block(label, `${text} · docs/${path}`, page),
    ...(remedy.rules.length === 0 ? [] : block('check', `seaworthy check sees it: ${remedy.rules.join(', ')}`, page)),
  ]
}

const LABEL_WIDTH = 7

/** A label and a text that goes on below itself. */
export function block(label: string, text: string, page: Page, labelWidth = LABEL_WIDTH): readonly string[] {
  const room = page.columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, page.columns - labelWidth - 2)
  const lines = wrap(safeLine(text), room)
  return lines.map((line, index) => `  ${page.paint('dim', (index === 0 ? label : '').padEnd(labelWidth))}${line}`)
}

function indented(text: string): string {
  return `  ${' '.repeat(LABEL_WIDTH)}${text}`
}
