import { originOf } from '../../bench/measured-on.ts'
import { markdownTable } from '../../scripts/markdown-table.ts'
import type { Trial } from '../../src/trial/trial.ts'
import type { Outcome } from '../runner/trial-run.ts'
import type { KeptTrial, KeptVerdict } from './kept.ts'
import { REASONS, type Reason, shownBy } from './reasons.ts'
import { DOCUMENT } from './service.ts'

const EVIDENCE = 2

/** What the trial found in the document's program, out of what was kept. */
export function toPage(kept: KeptTrial, trials: ReadonlyMap<string, Trial>): string {
  const having = (outcome: Outcome): readonly KeptVerdict[] => kept.verdicts.filter((each) => each.outcome === outcome)
  const link = (id: string): string => linkTo(id, trials.get(id))
  const list = (outcome: Outcome): string =>
    markdownTable(
      ['trial', 'says'],
      having(outcome).map(({ id, says }) => [link(id), inText(says)]),
    )
  const count = (outcome: Outcome): number => having(outcome).length
  return `---
order: 18.5
---

# The document's own program on trial

[Seaworthy grew out of a document](from-the-document.md) of production patterns for Go, "${DOCUMENT.title}" of
${DOCUMENT.date}. Its complete initialisation, shutdown and health code makes a program: \`zoo/original-document\` holds it,
made to compile with nothing improved, and says line by line what was added. It runs with the document's own manifest and
variables, and \`seaworthy trial\` tries all that there is to try.

It fails ${count('FAIL')} trials, passes ${count('PASS')}, could not be told of ${count('INCONCLUSIVE')}; there is nothing to try for ${count('SKIP')}. Written by \`npm run zoo:original\` from
${originOf(kept.origin)}; the trial took ${Math.round(kept.tookMs / 60_000)} minutes, at a load of ${kept.load}.

## What it fails

${markdownTable(
  ['trial', 'verdict', 'evidence', 'what mends it', 'with Seaworthy'],
  having('FAIL').map(({ id, says, evidence }) => {
    const remedy = trials.get(id)?.remedy
    return [
      link(id),
      inText(says),
      evidence.slice(0, EVIDENCE).map(inText).join('; '),
      inText(remedy?.change ?? ''),
      remedy === undefined ? '' : `[${inText(remedy.feature)}](../${remedy.page})`,
    ]
  }),
)}

## Reasons, and where they show

What reading finds, and whether running shows it. The numbers are those of
[what goes wrong there](from-the-document.md#what-goes-wrong-there-and-cant-here).

${markdownTable(['', 'wrong', 'seen by', 'as'], seen(kept, link))}

Not seen:

${markdownTable(['', 'wrong', 'why no trial shows it'], unseen(kept))}

## What it passes

${list('PASS')}

${count('INCONCLUSIVE') === 0 ? '' : `## What could not be told\n\n${list('INCONCLUSIVE')}\n\n`}## Nothing to try

${list('SKIP')}
`
}

function seen(kept: KeptTrial, link: (id: string) => string): string[][] {
  return REASONS.flatMap((reason) => {
    const shown = shownBy(reason, kept)
    if (shown === undefined) return []
    const by = reason.shows.kind === 'trial' ? link(reason.shows.trial) : 'its spans'
    return [[reason.id, inText(reason.says), by, reason.shows.kind === 'spans' ? shown : inText(shown)]]
  })
}

function unseen(kept: KeptTrial): string[][] {
  return REASONS.filter((reason) => shownBy(reason, kept) === undefined).map((reason) => [
    reason.id,
    inText(reason.says),
    inText(whyUnseen(reason, kept)),
  ])
}

function whyUnseen({ shows }: Reason, { verdicts }: KeptTrial): string {
  if (shows.kind === 'unseen') return shows.why
  if (shows.kind === 'spans') return 'Its spans did not tell in this run.'
  const verdict = verdicts.find(({ id }) => id === shows.trial)
  return `${shows.trial} said ${verdict?.outcome ?? 'nothing'} in this run: ${verdict?.says ?? ''}`
}

function linkTo(id: string, trial: Trial | undefined): string {
  return trial === undefined ? id : `[${id}](../reference/trials.md#${id.toLowerCase()}-${trial.slug})`
}

/** Text of services in a page of Markdown. */
function inText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('{{', '&#123;&#123;')
    .replaceAll(/([*_[\]])/g, String.raw`\$1`)
}
