import { byArea } from '../../src/trial/areas.ts'
import { loadTrials, loadVoyages } from '../../src/trial/catalogue.ts'
import type { Trial } from '../../src/trial/trial.ts'
import type { Voyage } from '../../src/trial/voyage.ts'
import { markdownTable } from '../markdown-table.ts'
import { defineReferencePage } from '../reference-page.ts'

function trialSection(trial: Trial): string {
  const { id, slug, claim, procedure, remedy, voyages, seed, isTiming, isExtra } = trial
  const rules =
    remedy.rules.length === 0 ? [] : [`- **Seen before by** \`seaworthy check\`: ${remedy.rules.join(', ')}`]
  return [
    `### ${id} ${slug}`,
    `**${claim}**`,
    procedure,
    [
      `- **To mend it:** ${remedy.change}`,
      `- **With Seaworthy:** ${remedy.feature}; see [${pageName(remedy.page)}](../${remedy.page}).`,
      ...rules,
      `- **Shows:** ${seed.join(', ')}`,
      `- **Voyages:** ${voyages.map((voyage) => `[${voyage}](#${voyage})`).join(', ') || 'none'}`,
      ...(isTiming ? ['- **Compares times:** inconclusive on a noisy machine, after one repetition.'] : []),
      ...(isExtra === true ? ['- **Extra:** run with `--full`, or when `--only` names it.'] : []),
    ].join('\n'),
  ].join('\n\n')
}

function pageName(page: string): string {
  return page.replace(/^.*\/([^/]+)\.md(?:#.*)?$/, '$1').replaceAll('-', ' ')
}

function voyageSection({ id, description, seconds, sailsInCompany }: Voyage): string {
  const quick = seconds.quick === 0 ? 'not sailed under `--quick`' : `${seconds.quick} s under \`--quick\``
  const company = sailsInCompany === true ? 'sails beside others' : 'sails alone'
  return `### ${id}\n\n${description} About ${seconds.default} s, ${quick}, and the starts and stops of the service; ${company}.`
}

export default defineReferencePage({
  id: 'trials',
  path: 'docs/reference/trials.md',
  async render() {
    const trials = await loadTrials()
    const voyages = await loadVoyages()
    const areas = byArea([...trials.values()], ({ id }) => id)
    const rows = areas.flatMap(({ items }) =>
      items.map(({ id, slug, claim }) => [`[${id}](#${id.toLowerCase()}-${slug})`, slug, claim]),
    )
    return `# Trials

What \`seaworthy trial\` tries. Ids and slugs are a public contract: none ever means something else. How to use it, and how
verdicts are to be read, is in [the guide](../guide/trial.md). P1 to P7, A1 to A5, D6, D7 and B1 to B3 are the principles,
anti-patterns and chapters of [the document](../guide/from-the-document.md) that Seaworthy began with.

${markdownTable(['trial', 'slug', 'claim'], rows)}

${areas.map(({ title, items }) => `## ${title}\n\n${items.map(trialSection).join('\n\n')}`).join('\n\n')}

## Voyages

A voyage is one or more lives of the service with something done to it. Trials are judged by what was written down on it,
so one voyage serves many.

${[...voyages.values()].map(voyageSection).join('\n\n')}`
  },
})
