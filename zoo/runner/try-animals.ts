import type { MeasuredOn } from '../../bench/measured-on.ts'
import { type Animal, isGolden } from '../catalogue/animal.ts'
import { describeCosts } from './costs.ts'
import { describeRun } from './describe-run.ts'
import { type Judgement, judgeAnimal } from './judge-animal.ts'
import { keep, type Mode, origin, savePath } from './kept.ts'
import { inLanes } from './lanes.ts'
import { Preparation } from './preparation.ts'
import { Stock } from './stock.ts'
import { runTrial, type TrialRun } from './trial-run.ts'
import { askAgain, leftOut, mergeRuns } from './unclear.ts'

export interface TryOptions {
  readonly animals: readonly Animal[]
  readonly mode: Mode
  /** How many runs in all, going round the animals. @default one of each */
  readonly runCount?: number
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
  const { animals, mode, together, isForPage, isSaved, signal, say } = options
  const measured = origin()
  using stock = await Stock.start()
  const { ready, broken } = prepare(animals, say)
  const runCount = options.runCount ?? ready.length
  const turns = Array.from(
    { length: ready.length === 0 ? 0 : runCount },
    (_, turn) => ready[turn % ready.length],
  ).filter((animal) => animal !== undefined)
  const tried = new Map<Animal, TrialRun[]>()
  let settledCount = 0
  const runWhole = (animal: Animal): Promise<TrialRun> => {
    const { caughtBy } = animal
    return runTrial(animal, {
      stockUrl: stock.url,
      signal,
      isQuick: mode === 'quick',
      ...(mode === 'named' && caughtBy !== undefined && { only: [caughtBy] }),
      ...(isSaved && { save: savePath(animal.name, mode) }),
    })
  }
  const runSome = (animal: Animal, only: readonly string[]): Promise<TrialRun> =>
    runTrial(animal, { stockUrl: stock.url, signal, isQuick: false, only })
  const run = async (animal: Animal): Promise<TrialRun> => {
    const first = await runWhole(animal)
    const only = signal.aborted || mode === 'named' ? [] : leftOut(animal, first)
    return only.length === 0 ? first : mergeRuns(first, await runSome(animal, only))
  }
  const settle = (animal: Animal, each: TrialRun): void => {
    const runs = [...(tried.get(animal) ?? []), each]
    tried.set(animal, runs)
    keep({ animal: animal.name, mode, origin: measured, runs }, isForPage)
    settledCount += 1
    say(describeRun(animal, each, `${settledCount}/${turns.length}`))
  }
  const disturbed: { readonly animal: Animal; readonly first: TrialRun; readonly only: readonly string[] }[] = []
  const lanes = {
    together,
    holds: whatItHolds,
    signal,
  }
  await inLanes(turns, lanes, async (animal) => {
    const first = await run(animal)
    if (signal.aborted) return
    const only = together > 1 ? askAgain(animal, first) : []
    if (only.length === 0) return settle(animal, first)
    say(`  ${animal.name}: ${only.join(', ')} could not tell, tried again alone`)
    disturbed.push({ animal, first, only })
  })
  for (const { animal, first, only } of disturbed) {
    const again = await runSome(animal, only)
    if (signal.aborted) break
    settle(animal, mergeRuns(first, again))
  }
  return sumUp({ animals, mode, measured, broken, tried }, say)
}

interface Seen {
  readonly animals: readonly Animal[]
  readonly mode: Mode
  readonly measured: MeasuredOn
  readonly broken: readonly Tried[]
  readonly tried: ReadonlyMap<Animal, readonly TrialRun[]>
}

function sumUp({ animals, mode, measured, broken, tried }: Seen, say: (text: string) => void): Outcome {
  const judged = [...tried].map(([animal, runs]) => ({
    animal: animal.name,
    runs,
    judgements: runs.map((each) => judgeAnimal(animal, each)),
  }))
  for (const line of describeCosts(judged)) say(line)
  const all = [...broken, ...judged]
  const faultsOf = ({ animal, judgements }: Tried): string[] =>
    judgements.flatMap(({ faults }) => faults.map((fault) => `${animal}: ${fault}`))
  const faulty = all.filter((each) => faultsOf(each).length > 0)
  return {
    mode,
    origin: measured,
    tried: all,
    faults: faulty.flatMap(faultsOf),
    passed: all.length - faulty.length,
    failed: faulty.length,
    notRun: animals.length - all.length,
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
