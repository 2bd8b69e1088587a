import { originOf } from '../../bench/measured-on.ts'
import { markdownTable } from '../../scripts/markdown-table.ts'
import { ALSO } from '../catalogue/also.ts'
import { type Animal, isGolden } from '../catalogue/animal.ts'
import { judgeAnimal } from './judge-animal.ts'
import type { KeptRun } from './kept.ts'
import type { TrialRun } from './trial-run.ts'

/** What the zoo shows, out of what was kept. */
export function toPage(animals: readonly Animal[], kept: readonly KeptRun[]): string {
  const of = (animal: Animal, mode: KeptRun['mode']): KeptRun | undefined =>
    kept.find((each) => each.animal === animal.name && each.mode === mode)
  const broken = animals.filter((animal) => !isGolden(animal))
  const golden = animals.filter(isGolden)
  const inAll = broken.flatMap((animal) => of(animal, 'all') ?? [])
  return `---
order: 30.5
---

# The zoo

Services with one planted defect each, and services without any, in four languages: what \`seaworthy trial\` says of them. It
is how the trial is tried itself: each defect has to be caught by the trial that is there for it, and by no other but those
that see it, too, for [a reason that is stated](#where-a-defect-shows-besides); a service without a defect has to fail nothing.
Written by \`npm run zoo -- --page\` from what \`npm run zoo -- --keep\` saw; the sources are in \`zoo/\`.

## Defects

${broken.length} services with a defect; all trials were tried on ${inAll.length} of them${describeBesides(broken, of)}.

${markdownTable(
  ['service', 'defect', 'has to be caught by', 'seen', 'failed besides'],
  broken.map((animal) => [
    animal.name,
    animal.defect ?? '',
    animal.caughtBy ?? '',
    seen(animal, of(animal, 'all'), of(animal, 'named')),
    besides(animal, of(animal, 'all')),
  ]),
)}

## Services without a defect

${markdownTable(
  ['service', 'runs', 'passed', 'failed', 'could not tell', 'beside a load of every core'],
  golden.map((animal) => [animal.name, ...counts(of(animal, 'all')), pressed(of(animal, 'golden-runs'))]),
)}

## Where a defect shows besides

${markdownTable(['trial', 'why it fails, too'], Object.entries(ALSO))}

## Where the figures come from

${originLines(kept).join('\n')}
`
}

/** What failed of a whole run beside the trial that has to. */
function besides(animal: Animal, kept: KeptRun | undefined): string {
  const [run] = kept?.runs ?? []
  if (run === undefined) return 'not tried'
  return failedOf(run)
    .filter((id) => id !== animal.caughtBy)
    .join(' ')
}

function failedOf({ verdicts }: TrialRun): readonly string[] {
  return Object.keys(verdicts)
    .filter((id) => verdicts[id]?.outcome === 'FAIL')
    .toSorted()
}

/** How sure the trial was, over all whole runs. */
function describeBesides(
  broken: readonly Animal[],
  of: (animal: Animal, mode: KeptRun['mode']) => KeptRun | undefined,
): string {
  const verdicts = broken.flatMap(
    (animal) => of(animal, 'all')?.runs.flatMap((run) => Object.values(run.verdicts)) ?? [],
  )
  const tried = verdicts.filter(({ outcome }) => outcome !== 'SKIP')
  if (tried.length === 0) return ''
  const unclear = tried.filter(({ outcome }) => outcome === 'INCONCLUSIVE').length
  return `, ${tried.length} verdicts, of which ${unclear} (${((100 * unclear) / tried.length).toFixed(1)} %) could not tell`
}

/** By commit: what was kept at the same one has one line. */
function originLines(kept: readonly KeptRun[]): readonly string[] {
  const byOrigin = Map.groupBy(
    kept,
    ({ origin, mode }) => `${originOf({ ...origin, date: origin.date.slice(0, 10) })}, ${mode}`,
  )
  return [...byOrigin].map(([origin, runs]) => `- ${origin}: ${runs.map(({ animal }) => animal).join(', ')}`).toSorted()
}

/** A whole run lacks what is for `--full` only: the trial that has to catch it may have been tried by itself. */
function seen(animal: Animal, whole: KeptRun | undefined, named: KeptRun | undefined): string {
  const [run = named?.runs[0]] = whole?.runs ?? []
  if (run === undefined) return 'not run'
  const verdicts = { ...named?.runs[0]?.verdicts, ...run.verdicts }
  const { faults } = judgeAnimal(animal, { ...run, verdicts })
  return faults.length === 0 ? 'caught' : `**${faults.join('; ')}**`
}

function counts(kept: KeptRun | undefined): string[] {
  if (kept === undefined) return ['0', '', '', '']
  const count = (outcome: string): string =>
    String(
      kept.runs.reduce(
        (sum, { verdicts }) => sum + Object.values(verdicts).filter((said) => said.outcome === outcome).length,
        0,
      ),
    )
  return [String(kept.runs.length), count('PASS'), count('FAIL'), count('INCONCLUSIVE')]
}

function pressed(kept: KeptRun | undefined): string {
  if (kept === undefined) return 'not run'
  const [runs, , failed, unclear] = counts(kept)
  return `${runs} runs: ${failed} failed, ${unclear} could not tell`
}
