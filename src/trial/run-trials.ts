import type { Clock } from '../core/clock.ts'
import { inCompany, takeNext } from './company.ts'
import type { Facts } from './facts.ts'
import { toHarnessError } from './harness-error.ts'
import { judgeBroken, judgeSkipped, judgeTrial, type NoiseGuard } from './judge-trial.ts'
import type { Leg } from './leg.ts'
import { type Plan, planVoyages } from './plan.ts'
import type { JudgedTrial, SailedVoyage } from './report.ts'
import { type OpenBridge, sailVoyage } from './sail-voyage.ts'
import { hideFacts } from './saved/hidden-facts.ts'
import { knownSecrets } from './saved/known-secrets.ts'
import type { Trial } from './trial.ts'
import type { Pace } from './pace.ts'
import type { Voyage } from './voyage.ts'

/** Is told what happens while trials run. */
export interface RunWatcher {
  planned?(plan: Plan): void
  /** Repetitions because of noise, the second attempts, come after what was planned. */
  voyageBegan?(leg: Leg, attempt: number): void
  /** @param leg the voyage that says it; absent before there is one */
  said?(what: string, leg?: Leg): void
  /** Told of one at a time. */
  voyageEnded?(sailed: SailedVoyage): void | Promise<void>
  /** Again, when it is judged anew after a repetition. */
  judged?(judged: JudgedTrial): void
}

export interface RunOptions {
  readonly trials: readonly Trial[]
  readonly voyages: ReadonlyMap<string, Voyage>
  readonly facts: Facts
  readonly pace: Pace
  readonly soakMs?: number
  readonly seed: number
  readonly trialId: string
  readonly clock: Clock
  readonly unixMs: () => number
  /** Gives everything up. */
  readonly signal: AbortSignal
  readonly openBridge: OpenBridge
  readonly guard: NoiseGuard
  readonly watcher: RunWatcher
}

/** What became of it. */
export interface RunResult {
  readonly judged: readonly JudgedTrial[]
  /** Chosen and not judged, because the run was given up. */
  readonly unjudged: readonly Trial[]
  readonly sailed: readonly SailedVoyage[]
}

/**
 * Sails what the trials need and judges each trial as soon as that is there; what compares times and was disturbed is
 * repeated once. Voyages that may sail in company do, where the service bears it; the rest sail one after another. Never
 * throws: what goes wrong with one trial or voyage is said by the trials concerned, and stops no other.
 */
export async function runTrials(options: RunOptions): Promise<RunResult> {
  const run = new Run(options)
  const { plan } = run
  options.watcher.planned?.(plan)
  for (const { trial, because } of plan.skipped) run.settle(judgeSkipped(trial, because))
  for (const { trial, error } of plan.broken)
    run.settle(judgeBroken(trial, toHarnessError('plan', `${trial.id} could not be planned`, error)))
  run.judgeWhatIsThere()
  await run.sailInLanes()
  for (const leg of run.disturbed()) await run.sail(leg, 2)
  return run.result()
}

class Run {
  readonly plan: Plan
  readonly #options: RunOptions
  readonly #sailed: SailedVoyage[] = []
  readonly #judged = new Map<string, JudgedTrial>()
  readonly #facts: Facts
  readonly #secrets: readonly string[]
  #lifetimes = 0
  /** Of what has been told of ended voyages. */
  #told: Promise<void> = Promise.resolve()

  constructor(options: RunOptions) {
    this.#options = options
    this.#facts = hideFacts(options.facts)
    this.#secrets = knownSecrets(options.facts)
    this.plan = planVoyages({ ...options, facts: this.#facts })
  }

  settle(judged: JudgedTrial): void {
    this.#judged.set(judged.trial.id, judged)
    this.#options.watcher.judged?.(judged)
  }

  async sailInLanes(): Promise<void> {
    const { legs, laneCount } = this.plan
    const together = laneCount === 1 ? [] : legs.filter(inCompany)
    const alone = legs.filter((leg) => !together.includes(leg))
    const lanes = Array.from({ length: laneCount }, async (_, lane) => {
      for (let leg = takeNext(together, lane); leg !== undefined; leg = takeNext(together, lane))
        await this.sail(leg, 1)
    })
    await Promise.all(lanes)
    for (const leg of alone) await this.sail(leg, 1)
  }

  async sail(leg: Leg, attempt: number): Promise<void> {
    const { watcher, signal, pace, soakMs, clock, unixMs, seed, trialId, openBridge, facts } = this.#options
    if (signal.aborted) return
    watcher.voyageBegan?.(leg, attempt)
    const sailed = await sailVoyage({
      voyage: leg.voyage,
      attempt,
      seed,
      secrets: this.#secrets,
      openBridge,
      needs: {
        trialId,
        facts,
        pace,
        ...(soakMs === undefined ? {} : { soakMs }),
        clock,
        signal,
        say: (what) => watcher.said?.(what, leg),
        unixMs,
        nextLifetimeId: () => this.#lifetimes++,
      },
    })
    this.#sailed.push(sailed)
    this.#told = this.#told.then(() => watcher.voyageEnded?.(sailed))
    await this.#told
    this.judgeWhatIsThere()
  }

  /** Judges what can be judged and has not been, and what a repetition may have changed. */
  judgeWhatIsThere(): void {
    for (const trial of this.#options.trials) {
      const needs = this.plan.needs.get(trial.id)
      const before = this.#judged.get(trial.id)
      if (needs === undefined || (before !== undefined && before.noise === undefined)) continue
      const judged = judgeTrial({
        trial,
        facts: this.#facts,
        needs,
        sailed: this.#sailed,
        guard: this.#options.guard,
      })
      if (judged !== undefined && judged.attempt !== before?.attempt) this.settle(judged)
    }
  }

  /** What has to be sailed again for the trials that the noise disturbed. */
  disturbed(): readonly Leg[] {
    const judged = [...this.#judged.values()]
    const noisy = new Set(judged.filter(({ noise }) => noise !== undefined).map(({ trial }) => trial))
    return this.plan.legs
      .map((leg) => ({ ...leg, trials: leg.trials.filter((trial) => noisy.has(trial)) }))
      .filter(({ trials }) => trials.length > 0)
  }

  result(): RunResult {
    const { trials } = this.#options
    return {
      judged: trials.flatMap(({ id }) => this.#judged.get(id) ?? []),
      unjudged: trials.filter(({ id }) => !this.#judged.has(id)),
      sailed: this.#sailed,
    }
  }
}
