import { markup, type Markup } from '../../report/markup.ts'
import { factsLines } from '../output/facts-lines.ts'
import { OUTCOME_SIGN } from '../output/paint.ts'
import { plural, timeWords } from '../output/words.ts'
import type { Lifetime } from '../history/lifetime.ts'
import { countOutcomes, harnessErrorsOf, type TrialReport } from '../report.ts'
import { noiseOf } from '../verdict/noise-guard.ts'
import type { Outcome } from '../verdict/verdict.ts'
import { renderFigures } from './figures.ts'
import { renderLines } from './foreign-lines.ts'
import { renderVoyageTimes } from './voyage-times.ts'

const OUTCOMES: readonly Outcome[] = ['FAIL', 'INCONCLUSIVE', 'PASS', 'SKIP']
const WORD: Readonly<Record<Outcome, string>> = {
  FAIL: 'failed',
  INCONCLUSIVE: 'inconclusive',
  PASS: 'passed',
  SKIP: 'skipped',
}

/** What was tried, when, on what, and how many trials said what. */
export function renderSummary(report: TrialReport, command: string): Markup {
  const counts = countOutcomes(report.judged)
  const started = new Date(report.startedAtUnixMs).toISOString()
  const lifetimes = report.sailed.flatMap((leg) => leg.lifetimes)
  const sailed = `${plural(report.sailed.length, 'voyage')}, ${plural(lifetimes.length, 'start')} of the service`
  return markup`<header>
    <div class="title">
      <h1>Sea trial</h1>
      <button type="button" id="theme" hidden>Dark</button>
    </div>
    <p class="command"><code>${command}</code></p>
    <ul class="counts" aria-label="Verdicts">
      ${OUTCOMES.map((outcome) => markup`<li class="${outcome}"><span aria-hidden="true">${OUTCOME_SIGN[outcome]}</span> <b>${counts[outcome]}</b> ${WORD[outcome]}</li>`)}
    </ul>
    ${renderTroubles(report)}
    <dl class="about">
      ${about('when', markup`<time datetime="${started}">${started.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>, ${timeWords(report.tookMs)}`)}
      ${about('how', `${sailed}, pace ${report.pace}, seed ${report.seed}, Seaworthy ${report.version}`)}
      ${about('machine', machineWords(report))} ${about('noise', noiseWords(report, lifetimes))}
    </dl>
    <details>
      <summary>What is known of the service, and how noisy it was</summary>
      <pre>${renderLines(factsLines(report.facts))}</pre>
      ${renderFigures(noiseOf(lifetimes).figures)}
    </details>
    ${renderVoyageTimes(report)}
  </header>`
}

function about(name: string, value: Markup | string): Markup {
  return markup`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}

function machineWords({ facts: { machine } }: TrialReport): string {
  const namespaces = machine.hasPidNamespaces ? 'with PID namespaces' : 'without PID namespaces'
  return `${machine.isLinux ? 'Linux' : 'not Linux'}, ${plural(machine.processorCount, 'processor')}, ${namespaces}`
}

/** What was too loud for a trial in its own moments need not be so over the whole run. */
function noiseWords({ judged }: TrialReport, lifetimes: readonly Lifetime[]): string {
  const disturbed = judged.flatMap(({ trial, noise }) => (noise === undefined ? [] : [trial.id]))
  const { says } = noiseOf(lifetimes)
  return disturbed.length === 0 ? says : `Too noisy for ${disturbed.join(', ')}; of the whole run: ${says}`
}

function renderTroubles(report: TrialReport): readonly Markup[] {
  const { isInterrupted, unjudged, facts } = report
  return [
    ...(isInterrupted
      ? [markup`<p class="trouble">Given up before its end: ${plural(unjudged.length, 'trial')} not judged.</p>`]
      : []),
    ...harnessErrorsOf(report).map(
      ({ says, lines }) =>
        markup`<div class="trouble">
          <p>The harness failed, which says nothing of the service: ${says}</p>
          <pre>${renderLines(lines)}</pre>
        </div>`,
    ),
    ...facts.warnings.map((warning) => markup`<p class="trouble">${warning}</p>`),
  ]
}
