import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { toHarnessError } from '../harness-error.ts'
import { judgeBroken, judgeSkipped, judgeTrial, type NoiseGuard } from '../judge-trial.ts'
import { planVoyages } from '../plan.ts'
import type { JudgedTrial, TrialReport } from '../report.ts'
import type { Trial } from '../trial.ts'
import type { Voyage } from '../voyage.ts'
import type { SavedRun } from './read-run.ts'

export interface ReplayOptions {
  readonly run: SavedRun
  readonly trials: ReadonlyMap<string, Trial>
  readonly voyages: ReadonlyMap<string, Voyage>
  readonly guard: NoiseGuard
}

/** Judges again what was saved, without a process: the same verdicts as then, as long as the judges are the same. */
export function replayRun({ run, trials, voyages, guard }: ReplayOptions): TrialReport {
  const { settings, sailed } = run
  const chosen = settings.chosen.map((id) => trials.get(id) ?? refuse(id))
  const plan = planVoyages({ trials: chosen, voyages, facts: settings.facts, pace: settings.pace })
  const judge = (trial: Trial): JudgedTrial | undefined => {
    const skipped = plan.skipped.find((each) => each.trial === trial)
    if (skipped !== undefined) return judgeSkipped(trial, skipped.because)
    const broken = plan.broken.find((each) => each.trial === trial)
    if (broken !== undefined)
      return judgeBroken(trial, toHarnessError('plan', `${trial.id} could not be planned`, broken.error))
    return judgeTrial({ trial, facts: settings.facts, needs: plan.needs.get(trial.id) ?? [], sailed, guard })
  }
  const judged = chosen.map((trial) => judge(trial))
  return {
    ...settings,
    judged: judged.flatMap((each) => each ?? []),
    unjudged: chosen.filter((_, index) => judged[index] === undefined),
    sailed,
    tookMs: run.tookMs,
    isInterrupted: run.isInterrupted,
  }
}

function refuse(id: string): never {
  throw new SeaworthyError('SEA_TRIAL_SAVED_INVALID', `The saved run has the trial ${id}, which this version has not`, {
    hint: 'Replay it with the version that saved it.',
  })
}
