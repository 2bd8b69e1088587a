import { markup, type Markup } from '../../report/markup.ts'
import { byArea } from '../areas.ts'
import type { Facts } from '../facts.ts'
import type { Lifetime } from '../history/lifetime.ts'
import { OUTCOME_SIGN } from '../output/paint.ts'
import { remedySource } from '../output/remedy-source.ts'
import type { JudgedTrial, TrialReport } from '../report.ts'
import type { Trial } from '../trial.ts'
import { renderEvidence } from './evidence.ts'
import { renderFigures } from './figures.ts'
import { renderLines } from './foreign-lines.ts'

/** Where npm puts us: a report is read anywhere, so that no link from it would lead there. */
const PACKAGE = 'node_modules/seaworthy'

type Lifetimes = ReadonlyMap<number, Lifetime>

/** Every verdict, by area. What failed or could not be told is open; what was skipped is at the end, by its reason. */
export function renderVerdicts({ judged, unjudged, sailed, facts }: TrialReport): Markup {
  const lifetimes: Lifetimes = new Map(sailed.flatMap((leg) => leg.lifetimes).map((each) => [each.id, each]))
  const tried = judged.filter(({ verdict }) => verdict.outcome !== 'SKIP')
  return markup`<section id="verdicts" aria-labelledby="verdicts-title">
    <h2 id="verdicts-title" tabindex="-1">Verdicts</h2>
    ${tried.length === 0 ? markup`<p>No trial was judged.</p>` : undefined}
    ${byArea(tried, ({ trial }) => trial.id).map(
      ({ prefix, title, items }) =>
        markup`<section aria-labelledby="area-${prefix}">
          <h3 id="area-${prefix}">${title}</h3>
          ${items.map((each) => renderVerdict(each, lifetimes, facts))}
        </section>`,
    )}
    ${renderSkips(judged.filter(({ verdict }) => verdict.outcome === 'SKIP'))} ${renderUnjudged(unjudged)}
  </section>`
}

function renderVerdict(each: JudgedTrial, lifetimes: Lifetimes, facts: Facts): Markup {
  const { trial, verdict, harnessError, noise } = each
  const { outcome, says, evidence, figures, notes } = verdict
  const isOpen = outcome === 'FAIL' || outcome === 'INCONCLUSIVE'
  return markup`<details class="verdict ${outcome}" id="${trial.id}"${isOpen ? markup` open` : undefined}>
<summary><span class="outcome"><span aria-hidden="true">${OUTCOME_SIGN[outcome]}</span> ${outcome}</span> <b>${trial.id}</b> <span class="slug">${trial.slug}</span> <span class="says">${says}</span></summary>
<div class="inside">
<p class="claim"><b>Claim</b> ${trial.claim}</p>
${
  evidence.length === 0
    ? undefined
    : markup`<ul class="evidence" aria-label="What was seen">
        ${evidence.map((item) => renderEvidence(item, lifetimes))}
      </ul>`
}
${notes.map((note) => markup`<p class="note"><b>Note</b> ${note}</p>`)}
${noise === undefined ? undefined : markup`<p class="note"><b>Noise</b> ${noise}</p>`}
${
  harnessError === undefined
    ? undefined
    : markup`<p class="note"><b>Harness</b> ${harnessError.says}</p>
        <pre>${renderLines(harnessError.lines)}</pre>`
}
${outcome === 'FAIL' ? renderRemedy(trial, facts) : undefined}
${renderFigures(figures)}
<details class="procedure"><summary>How it is tried</summary><p>${trial.procedure}</p></details>
</div>
</details>`
}

function renderRemedy({ id, remedy }: Trial, facts: Facts): Markup {
  const { label, text, page } = remedySource(remedy, facts)
  const { change, rules } = remedy
  return markup`<div class="remedy">
    <p><b>Mend it</b> ${change}</p>
    <p><b>${label === 'with' ? 'With Seaworthy' : 'See'}</b> ${text}: <code>${PACKAGE}/docs/${page}</code>, or <code>seaworthy trial --explain ${id}</code></p>
    ${rules.length === 0 ? undefined : markup`<p><b>Seen by</b> <code>seaworthy check</code>: ${rules.join(', ')}</p>`}
  </div>`
}

/** Trials with the same reason together: it is one thing to declare. */
function renderSkips(skipped: readonly JudgedTrial[]): Markup | undefined {
  if (skipped.length === 0) return undefined
  return markup`<section aria-labelledby="skips">
    <h3 id="skips">Not tried, and what to declare</h3>
    <dl class="skips">
      ${[...Map.groupBy(skipped, ({ verdict }) => verdict.says)].map(
        ([says, trials]) =>
          markup`<div>
            <dt>${says}</dt>
            ${trials.map(({ trial }) => markup`<dd><b>${trial.id}</b> ${trial.claim}</dd>`)}
          </div>`,
      )}
    </dl>
  </section>`
}

function renderUnjudged(unjudged: readonly Trial[]): Markup | undefined {
  if (unjudged.length === 0) return undefined
  return markup`<section aria-labelledby="unjudged">
    <h3 id="unjudged">Not judged: the run was given up before</h3>
    <p>${unjudged.map(({ id }) => id).join(', ')}</p>
  </section>`
}
