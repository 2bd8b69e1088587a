import type { Lifetime } from '../history/lifetime.ts'
import { countOutcomes, harnessErrorsOf, type JudgedTrial, type TrialReport } from '../report.ts'
import { block, renderFailure } from './failure.ts'
import { safeLine } from './safe-text.ts'
import { wrap } from './text-width.ts'
import { type Page, renderTable } from './verdict-table.ts'
import { countWords, plural, timeWords } from './words.ts'

const SIGN_WIDTH = 2

/**
 * The end of a run for a person. What is read first on a terminal is what stands last: the failures with what mends them,
 * and below them the sum. Each reason of a skip is told once, and no row of the table repeats it.
 *
 * @param hint stands before the sum: what else could be looked at
 */
export function renderReport(report: TrialReport, page: Page, hint?: string): readonly string[] {
  const { judged } = report
  const lifetimes = new Map(report.sailed.flatMap((leg) => leg.lifetimes).map((each) => [each.id, each]))
  const having = (outcome: string): readonly JudgedTrial[] =>
    judged.filter(({ verdict }) => verdict.outcome === outcome)
  return [
    ...renderTable(
      judged.filter(({ verdict }) => verdict.outcome !== 'SKIP'),
      page,
    ),
    ...section('Not shown', skips(having('SKIP'), page), page),
    ...section('Worth knowing', worthKnowing(report, page), page),
    ...section('Could not tell', doubts(having('INCONCLUSIVE'), page), page),
    ...having('FAIL').flatMap((each) => renderFailure(each, { lifetimes, facts: report.facts }, page)),
    ...section('Failures of the harness', harnessErrors(report, page), page),
    ...(hint === undefined ? [] : [page.paint('dim', hint)]),
    ...renderSummary(report, lifetimes, page),
  ]
}

function section(title: string, lines: readonly string[], { paint }: Page): readonly string[] {
  return lines.length === 0 ? [] : [paint('bold', title), ...lines, '']
}

function doubts(judged: readonly JudgedTrial[], page: Page): readonly string[] {
  return judged.flatMap(({ trial, verdict }) => item('?', `${trial.id} ${trial.slug}: ${verdict.says}`, page))
}

/** Trials with the same reason together: it is one thing to declare. */
function skips(judged: readonly JudgedTrial[], page: Page): readonly string[] {
  const byReason = Map.groupBy(judged, ({ verdict }) => verdict.says)
  return [...byReason].flatMap(([says, trials]) =>
    item('–', `${trials.map(({ trial }) => trial.id).join(', ')}: ${says}`, page),
  )
}

function worthKnowing({ facts, judged }: TrialReport, page: Page): readonly string[] {
  const notes = judged.flatMap(({ trial, verdict }) => verdict.notes.map((note) => `${trial.id}: ${note}`))
  return [...facts.warnings, ...notes].flatMap((text) => item('!', text, page))
}

function harnessErrors(report: TrialReport, page: Page): readonly string[] {
  return harnessErrorsOf(report).flatMap(({ says, lines }) => [
    ...item('!', says, page),
    ...lines.map((line) => page.paint('dim', `    ${safeLine(line)}`)),
  ])
}

function renderSummary(
  report: TrialReport,
  lifetimes: ReadonlyMap<number, Lifetime>,
  { paint, columns = Number.POSITIVE_INFINITY }: Page,
): readonly string[] {
  const { judged, unjudged, isInterrupted, seed, tookMs } = report
  const failed = judged.flatMap(({ trial, verdict }) =>
    verdict.outcome === 'FAIL' ? [`${trial.id} ${trial.slug}`] : [],
  )
  const sailed = `${plural(report.sailed.length, 'voyage')}, ${plural(lifetimes.size, 'start')} of the service`
  return [
    ...(isInterrupted
      ? [paint('yellow', `Given up before its end: ${plural(unjudged.length, 'trial')} not judged`)]
      : []),
    // A single one stands right above.
    ...(failed.length < 2 ? [] : wrap(`Failed: ${failed.join(', ')}`, columns).map((line) => paint('red', line))),
    `${paint('bold', countWords(countOutcomes(judged)))}   ${timeWords(tookMs)}, ${sailed}, seed ${seed}`,
  ]
}

function item(sign: string, text: string, page: Page): readonly string[] {
  return block(sign, text, page, SIGN_WIDTH)
}
