import { originOf } from '../../bench/measured-on.ts'
import { markdownTable } from '../../scripts/markdown-table.ts'
import type { Trial } from '../../src/trial/trial.ts'
import type { Outcome } from '../runner/trial-run.ts'
import type { Example, Source } from './example.ts'
import type { ExampleTrial } from './kept-trials.ts'

const MARK: Readonly<Record<Outcome, string>> = { PASS: '✓', FAIL: '**✗**', INCONCLUSIVE: '?', SKIP: '' }

/** An example with what the trial said of it. */
interface Tried {
  readonly example: Example
  readonly trial: ExampleTrial
}

/** What the examples show, out of what was kept. An example that was not tried yet is named, and has no column. */
export function toPage(examples: readonly Example[], kept: readonly ExampleTrial[], trials: readonly Trial[]): string {
  const tried = examples.flatMap((example): Tried[] => {
    const trial = kept.find((each) => each.example === example.name)
    return trial === undefined ? [] : [{ example, trial }]
  })
  const untried = examples.filter(({ name }) => !tried.some(({ example }) => example.name === name))
  const judged = trials.filter(({ id }) => tried.some(({ trial }) => Object.hasOwn(trial.verdicts, id)))
  const telling = judged.filter((trial) => !isSameEverywhere(tried, trial))
  const failed = judged.filter(({ id }) => tried.some((each) => outcomeOf(each, id) === 'FAIL'))
  return `---
order: 30.6
---

# Examples on trial

What readers copy when they look for a graceful shutdown, as \`seaworthy trial\` sees it. Each is a snippet from the
documentation of a framework or a package, run as it stands there and tried with every trial. They are written to show one
call in a few lines; most say nothing of probes, telemetry or rollouts, and none claims to. The table says what is left to
do for whoever takes one into production.

Written by \`npm run zoo:examples\`, which runs all of them, one after the other. The sources of all are in
\`zoo/examples\`.

## Verdicts

✓ passed · **✗** failed · ? could not tell · empty: there was nothing to try, or only lines that were added here. Claims are in
[the reference](../reference/trials.md).

${markdownTable(
  ['trial', ...tried.map(({ example }) => `[${example.name}](#${example.name})`)],
  telling.map((trial) => [
    `${linkTo(trial)} ${trial.slug}`,
    ...tried.map((each) => MARK[outcomeOf(each, trial.id) ?? 'SKIP']),
  ]),
)}

${theRest(tried, judged)}
${untried.length === 0 ? '' : `\nNot tried yet: ${untried.map(({ name }) => `\`${name}\``).join(', ')}.\n`}
${tried.map((each) => section(each, judged)).join('\n\n')}

## What mends it

${markdownTable(
  ['trial', 'in a service without the runtime', 'with Seaworthy'],
  failed.map((trial) => [
    `${linkTo(trial)} ${trial.slug}`,
    inText(trial.remedy.change),
    `[${inText(trial.remedy.feature)}](../${trial.remedy.page})`,
  ]),
)}

## Where the verdicts come from

${tried.map(({ example, trial }) => `- \`${example.name}\`: ${originOf(trial.origin)}; ${Math.round(trial.tookMs / 1000)} s, at a load of ${trial.load.before} before and ${trial.load.after} after`).join('\n')}
`
}

/** Trials that say the same of all and fail none need no row. */
function isSameEverywhere(tried: readonly Tried[], { id }: Trial): boolean {
  const outcomes = new Set(tried.map((each) => outcomeOf(each, id)))
  return outcomes.size === 1 && !outcomes.has('FAIL')
}

function theRest(tried: readonly Tried[], judged: readonly Trial[]): string {
  const same = (outcome: Outcome): string =>
    judged
      .filter(({ id }) => tried.every((each) => outcomeOf(each, id) === outcome))
      .map(linkTo)
      .join(', ') || 'none'
  return `All of them pass ${same('PASS')}. There is nothing to try in any for ${same('SKIP')}. None could tell: ${same('INCONCLUSIVE')}.`
}

function section({ example, trial }: Tried, judged: readonly Trial[]): string {
  const said = judged.flatMap(({ id }) => {
    const verdict = trial.verdicts[id]
    return verdict === undefined || outcomeOf({ example, trial }, id) === undefined ? [] : [{ id, ...verdict }]
  })
  const leftOut = Object.entries(example.aboutChanges ?? {}).map(([id, why]) => `- No verdict of ${id}: ${why}`)
  const lines = (outcome: Outcome): string =>
    said
      .filter((each) => each.outcome === outcome)
      .map(({ id, says }) => `- **${id}** ${inText(says)}`)
      .join('\n')
  const count = (outcome: Outcome): number => said.filter((each) => each.outcome === outcome).length
  const unclear = lines('INCONCLUSIVE')
  return [
    `## ${example.name}`,
    `${inText(example.title)}. ${origin(example.source)}. Run on ${versionsOf(example)}. ${count('PASS')} passed, ${count('FAIL')} failed, ${count('INCONCLUSIVE')} could not tell, ${count('SKIP')} with nothing to try.`,
    lines('FAIL') || 'It fails nothing.',
    ...(example.remark === undefined ? [] : [inText(example.remark)]),
    ...(unclear === '' ? [] : [`Could not tell:\n\n${unclear}`]),
    `What was done to it so that it could be tried:\n\n${[...example.changes.map(({ line, why }) => `- \`\` ${line} \`\`: ${why}`), ...(example.leftOut === undefined ? [] : [`- Left out: ${example.leftOut}`]), ...leftOut].join('\n')}`,
  ].join('\n\n')
}

function origin({ url, title, date, version, licence, taken }: Source): string {
  const how = taken === 'quoted' ? `quoted under ${licence}` : 'followed and not copied'
  return `Source: [${inText(title)}](${url}), ${version}, read ${date}, ${how}`
}

function versionsOf({ versions }: Example): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

/** Undefined too when the verdict is about lines that are not of the source. */
function outcomeOf({ example, trial }: Tried, id: string): Outcome | undefined {
  return Object.hasOwn(example.aboutChanges ?? {}, id) ? undefined : trial.verdicts[id]?.outcome
}

function linkTo({ id, slug }: Trial): string {
  return `[${id}](../reference/trials.md#${id.toLowerCase()}-${slug})`
}

/** Text of services in a page of Markdown. */
function inText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('{{', '&#123;&#123;')
    .replaceAll(/([*_[\]])/g, String.raw`\$1`)
}
