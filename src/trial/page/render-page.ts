import { markup } from '../../report/markup.ts'
import { renderWholePage } from '../../report/whole-page.ts'
import { safeLine } from '../output/safe-text.ts'
import { countOutcomes, type TrialReport } from '../report.ts'
import { pageData } from './page-data.ts'
import { renderSummary } from './summary.ts'
import { renderTimeline } from './timeline.ts'
import { renderVerdicts } from './verdicts.ts'

/** The run as one page of HTML that needs nothing else: verdicts, and every request, probe and signal on a timeline. */
export function renderPage(report: TrialReport): string {
  const { FAIL } = countOutcomes(report.judged)
  const command = safeLine(report.facts.command.join(' '))
  const body = markup`<a class="skip" href="#verdicts">Skip to the verdicts</a>
    <a class="skip" href="#timeline">Skip to the timeline</a>
    ${renderSummary(report, command)}
    <main>${renderVerdicts(report)} ${renderTimeline(report)}</main>
    <footer><p>Made by Seaworthy ${report.version}. This page needs no network: all of it is in this file.</p></footer>`
  const title = `Sea trial: ${FAIL === 0 ? 'nothing failed' : `${FAIL} failed`} · ${command}`
  return renderWholePage({ title, body, data: pageData(report) })
}
