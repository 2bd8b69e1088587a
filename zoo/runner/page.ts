import { originOf } from '../../bench/measured-on.ts'
import { markdownTable } from '../../scripts/markdown-table.ts'
import { type Animal, isGolden } from '../catalogue/animal.ts'
import { judgeAnimal } from './judge-animal.ts'
import type { KeptRun } from './kept.ts'

const LETTER = { PASS: '·', FAIL: '**F**', INCONCLUSIVE: '?', SKIP: '' } as const

/** What the zoo shows, out of what was kept. */
export function toPage(animals: readonly Animal[], kept: readonly KeptRun[]): string {
  const of = (animal: Animal, mode: KeptRun['mode']): KeptRun | undefined =>
    kept.find((each) => each.animal === animal.name && each.mode === mode)
  const broken = animals.filter((animal) => !isGolden(animal))
  const golden = animals.filter(isGolden)
  const trials = [
    ...new Set(kept.flatMap(({ runs }) => runs.flatMap(({ verdicts }) => Object.keys(verdicts)))),
  ].toSorted()
  const matrix = animals.flatMap((animal) => {
    const run = of(animal, 'all')?.runs[0]
    return run === undefined ? [] : [[animal.name, ...trials.map((id) => LETTER[run.verdicts[id]?.outcome ?? 'SKIP'])]]
  })
  return `---
order: 30.5
---

# The zoo

Services with one planted defect each, and services without any: what \`seaworthy trial\` says of them. Written by
\`npm run zoo -- --page\` from what \`npm run zoo -- --keep\` saw; sources are in \`zoo/\`.

## Defects

${markdownTable(
  ['animal', 'defect', 'has to be caught by', 'seen'],
  broken.map((animal) => [
    animal.name,
    animal.defect ?? '',
    animal.caughtBy ?? '',
    seen(animal, of(animal, 'named') ?? of(animal, 'all')),
  ]),
)}

## Golden services

${markdownTable(
  ['animal', 'runs', 'passed', 'failed', 'could not tell', 'beside a load of every core'],
  golden.map((animal) => [
    animal.name,
    ...counts(of(animal, 'named') ?? of(animal, 'all')),
    pressed(of(animal, 'golden-runs')),
  ]),
)}
${matrix.length === 0 ? '' : `\n## Every trial on every animal\n\n${markdownTable(['animal', ...trials], matrix)}\n`}
## Where the figures come from

${[...new Set(kept.map(({ origin }) => `- ${originOf(origin)}`))].join('\n')}
`
}

function seen(animal: Animal, kept: KeptRun | undefined): string {
  const [run] = kept?.runs ?? []
  if (run === undefined) return 'not run'
  const { faults } = judgeAnimal(animal, run)
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
