import { Fleet, type FleetResult } from './fleet.ts'
import type { Settings, Stage } from './plan.ts'

export interface StageProgress {
  readonly done: number
  readonly lost: number
  readonly residue: number
}

export interface StageOptions {
  readonly stage: Stage
  readonly settings: Settings
  readonly onProgress: (progress: StageProgress) => void
  /** Aborted when nothing new is to be restarted; what is under way is waited for and counts. */
  readonly signal: AbortSignal
}

/** All fleets of one stage at once, until its restarts are done. */
export async function runStage({ stage, settings, onProgress, signal }: StageOptions): Promise<readonly FleetResult[]> {
  let left = stage.restarts
  let done = 0
  const fleets: Fleet[] = []
  const runFleet = async (index: number): Promise<FleetResult> => {
    const fleet = await Fleet.start({
      lagMs: stage.lagS * 1000,
      seed: settings.seed + index,
      restarted: stage.restarted,
      env: { SEAWORTHY_DRAIN_DELAY: `${settings.drainDelayMs}ms` },
    })
    fleets.push(fleet)
    try {
      while (left-- > 0 && !signal.aborted) {
        await fleet.restart()
        const failed = fleets.map((each) => each.failedSoFar)
        onProgress({
          done: ++done,
          lost: failed.reduce((sum, { lost }) => sum + lost, 0),
          residue: failed.reduce((sum, { residue }) => sum + residue, 0),
        })
      }
    } catch (error) {
      left = 0
      await fleet.stop()
      throw error
    }
    return fleet.stop()
  }
  // Every fleet is waited for, also beside one that failed: nothing that was started is left behind.
  const ended = await Promise.allSettled(Array.from({ length: settings.fleets }, (_, index) => runFleet(index)))
  return ended.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}
