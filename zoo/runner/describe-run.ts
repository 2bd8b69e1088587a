import { type Animal, isGolden } from '../catalogue/animal.ts'
import { judgeAnimal } from './judge-animal.ts'
import type { TrialRun } from './trial-run.ts'

/** A line of what a run says of an animal. */
export function describeRun(animal: Animal, run: TrialRun, place: string): string {
  const { faults, inconclusive, passedAfterAll } = judgeAnimal(animal, run)
  const passed = Object.values(run.verdicts).filter(({ outcome }) => outcome === 'PASS').length
  const good = isGolden(animal) ? `golden, ${passed} passed` : `caught by ${animal.caughtBy ?? ''}`
  const isGood = faults.length === 0
  return [
    `${isGood ? '✓' : '✗'} ${place} ${animal.name}: ${isGood ? good : faults.map(firstLine).join('; ')}`,
    ...(inconclusive.length === 0 ? [] : [`${inconclusive.length} could not tell`]),
    ...(passedAfterAll.length === 0 ? [] : [`expected besides and passed: ${passedAfterAll.join(' ')}`]),
    `${Math.round(run.tookMs / 1000)} s`,
  ].join(', ')
}

/** The rest comes at the end. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
