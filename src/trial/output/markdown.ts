import { byArea } from '../areas.ts'
import { countOutcomes, harnessErrorsOf, type JudgedTrial, type TrialReport } from '../report.ts'
import { type Seen, SHOWN_EVIDENCE } from './failure.ts'
import { remedySource } from './remedy-source.ts'
import { safeLine } from './safe-text.ts'
import { countWords, plural, sightingWords, timeWords } from './words.ts'

const ICON = { PASS: '✅', FAIL: '❌', INCONCLUSIVE: '❔', SKIP: '➖' } as const

/** The run as Markdown, for the summary of a pipeline or a comment: the failures first, the whole table folded. */
export function renderMarkdown(report: TrialReport): string {
  const lifetimes = new Map(report.sailed.flatMap((leg) => leg.lifetimes).map((each) => [each.id, each]))
  const { judged } = report
  return [
    '## Sea trial',
    '',
    `**${countWords(countOutcomes(judged))}** · ${timeWords(report.tookMs)} · seed ${report.seed}`,
    '',
    ...(report.isInterrupted
      ? [`Given up before its end: ${plural(report.unjudged.length, 'trial')} not judged.`, '']
      : []),
    ...harnessErrorsOf(report).flatMap(({ says }) => [`**The harness failed:** ${escape(says)}`, '']),
    ...judged
      .filter(({ verdict }) => verdict.outcome === 'FAIL')
      .flatMap((each) => renderFailure(each, { lifetimes, facts: report.facts })),
    '<details><summary>Every trial</summary>',
    '',
    '| | trial | what was seen |',
    '| --- | --- | --- |',
    ...byArea(judged, ({ trial }) => trial.id).flatMap(({ items }) => items.map(renderRow)),
    '',
    '</details>',
    '',
  ].join('\n')
}

function renderRow({ trial, verdict: { outcome, says } }: JudgedTrial): string {
  return `| ${ICON[outcome]} ${outcome} | ${trial.id} ${trial.slug} | ${escape(says)} |`
}

function renderFailure({ trial, verdict }: JudgedTrial, { lifetimes, facts }: Seen): readonly string[] {
  const { label, text, page } = remedySource(trial.remedy, facts)
  return [
    `### ${ICON.FAIL} ${trial.id} ${trial.slug}`,
    '',
    `${trial.claim} But: ${escape(verdict.says)}`,
    '',
    ...verdict.evidence
      .slice(0, SHOWN_EVIDENCE)
      .map(
        ({ says, seen }) =>
          `- ${escape(says)}${seen === undefined ? '' : ` (${escape(sightingWords(seen, lifetimes))})`}`,
      ),
    '',
    `To mend it: ${trial.remedy.change} ${label === 'with' ? 'With Seaworthy' : 'See'}: ${text} (docs/${page}).`,
    '',
  ]
}

/** Foreign text that Markdown and HTML show as it is; nobody is called by an `@` in it. */
function escape(text: string): string {
  return safeLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|#~!]/g, String.raw`\$&`)
    .replaceAll('@', '@\u200B')
}
