import type { MeasuredOn } from '../../bench/measured-on.ts'
import { loadTrials } from '../../src/trial/catalogue.ts'
import { type Animal, isGolden } from '../catalogue/animal.ts'
import { describeCosts } from './costs.ts'
import { describeRun } from './describe-run.ts'
import { type Judgement, judgeAnimal } from './judge-animal.ts'
import { keep, type Mode, origin, savePath } from './kept.ts'
import { inLanes } from './lanes.ts'
import { Preparation } from './preparation.ts'
import { Stock } from './stock.ts'
import { runTrial, type TrialRun } from './trial-run.ts'

export interface TryOptions {
  readonly animals: readonly Animal[]
  readonly mode: Mode
  /** How often each is run. */
  readonly runCount: number
  /** How many at a time. */
  readonly together: number
  /** Whether what was seen becomes the basis of the page. */
  readonly isForPage: boolean
  /** Whether the runs are saved, to be judged again. */
  readonly isSaved: boolean
  /** Gives it up. */
  readonly signal: AbortSignal
  readonly say: (text: string) => void
}

/** What became of one. */
export interface Tried {
  readonly animal: string
  readonly runs: readonly TrialRun[]
  readonly judgements: readonly Judgement[]
}

export interface Outcome {
  readonly mode: Mode
  readonly origin: MeasuredOn
  readonly tried: readonly Tried[]
  readonly faults: readonly string[]
  /** Animals that are as they should be. */
  readonly passed: number
  readonly failed: number
  readonly notRun: number
}

export async function tryAnimals(options: TryOptions): Promise<Outcome> {
  const { animals, mode, runCount, together, isForPage, isSaved, signal, say } = options
  const measured = origin()
  using stock = await Stock.start()
  const { ready, broken } = prepare(animals, say)
  const trials = await loadTrials()
  const tried: Tried[] = [...broken]
  const askedFor = ({ caughtBy }: Animal): readonly string[] | undefined =>
    mode === 'named' && caughtBy !== undefined ? [caughtBy] : undefined
  const run = async (animal: Animal): Promise<TrialRun> => {
    const only = askedFor(animal)
    return runTrial(animal, {
      stockUrl: stock.url,
      signal,
      isQuick: mode === 'quick',
      ...(only !== undefined && { only }),
      ...(isSaved && { save: savePath(animal.name, mode) }),
    })
  }
  const settle = (animal: Animal, runs: readonly TrialRun[]): void => {
    keep({ animal: animal.name, mode, origin: measured, runs }, isForPage)
    tried.push({ animal: animal.name, runs, judgements: runs.map((each) => judgeAnimal(animal, each)) })
  }
  const tellOf = (animal: Animal, each: TrialRun): void =>
    say(describeRun(animal, each, `${tried.length - broken.length + 1}/${ready.length}`))
  const disturbed: Animal[] = []
  const lanes = {
    together,
    isAlone: (animal: Animal) => askedFor(animal)?.some((id) => trials.get(id)?.isTiming === true) === true,
    holds: whatItHolds,
    signal,
  }
  await inLanes(ready, lanes, async (animal) => {
    const runs: TrialRun[] = []
    while (runs.length < runCount) {
      const each = await run(animal)
      if (signal.aborted) return
      if (together > 1 && mode === 'named' && couldNotTell(animal, each)) {
        say(`  ${animal.name}: ${animal.caughtBy} could not tell, it is tried again alone`)
        disturbed.push(animal)
        return
      }
      runs.push(each)
      tellOf(animal, each)
    }
    settle(animal, runs)
  })
  for (const animal of disturbed) {
    const each = await run(animal)
    if (signal.aborted) break
    tellOf(animal, each)
    settle(animal, [each])
  }
  for (const line of describeCosts(tried)) say(line)
  const faultsOf = ({ animal, judgements }: Tried): string[] =>
    judgements.flatMap(({ faults }) => faults.map((fault) => `${animal}: ${fault}`))
  const faulty = tried.filter((each) => faultsOf(each).length > 0)
  return {
    mode,
    origin: measured,
    tried,
    faults: faulty.flatMap(faultsOf),
    passed: tried.length - faulty.length,
    failed: faulty.length,
    notRun: animals.length - tried.length,
  }
}

interface Prepared {
  readonly ready: readonly Animal[]
  readonly broken: readonly Tried[]
}

function prepare(animals: readonly Animal[], say: (text: string) => void): Prepared {
  const preparation = new Preparation(say)
  const ready: Animal[] = []
  const broken: Tried[] = []
  for (const animal of animals) {
    const readiness = preparation.prepare(animal)
    if (readiness.is === 'ready') ready.push(animal)
    else say(`- ${animal.name} is not run: ${readiness.because}`)
    if (readiness.is !== 'broken') continue
    const judgement = { faults: [readiness.because], inconclusive: [], passedAfterAll: [] }
    broken.push({ animal: animal.name, runs: [], judgements: [judgement] })
  }
  // What takes longest goes first, so that no lane is left over at the end.
  return { ready: [...ready.filter(isGolden), ...ready.filter((animal) => !isGolden(animal))], broken }
}

/** The file that is changed beneath it. */
function whatItHolds({ needs }: Animal): string | undefined {
  const place = needs.indexOf('--reload')
  return place === -1 ? undefined : needs[place + 1]?.split(' ')[0]
}

/** What was too noisy beside others need not be so alone. */
function couldNotTell({ caughtBy }: Animal, { verdicts }: TrialRun): boolean {
  return caughtBy !== undefined && verdicts[caughtBy]?.outcome === 'INCONCLUSIVE'
}
