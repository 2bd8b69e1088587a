import type { Log } from 'seaworthy'
import type { BullmqJob, BullmqWorker } from '../bullmq.ts'
import type { WorkInHand } from '../consuming/work-in-hand.ts'

/**
 * Counts the jobs of a worker whose processor is not ours (a file, a thread) by its events. One that is not over in its
 * time is moved back to its queue; what its processor then still does has no effect on the job.
 */
export function followEvents(worker: BullmqWorker, hand: WorkInHand, log: Log): void {
  // Bounded by the concurrency of the worker.
  const open = new Map<string | undefined, () => void>()
  worker.on('active', (job) => {
    // A job that stalled and came back begins anew.
    open.get(job.id)?.()
    const ended = new Promise<void>((resolve) => open.set(job.id, resolve))
    const settled = hand.take(
      job.name,
      () => ended,
      async ({ how }) => {
        if (how === 'unfinished') await job.moveToWait(job.token)
      },
    )
    settled.catch((error: unknown) =>
      log.warn({ err: error, job: job.id }, `job ${job.id} could not be given back: it will be found as stalled`),
    )
  })
  const end = (job: BullmqJob | undefined): void => {
    open.get(job?.id)?.()
    open.delete(job?.id)
  }
  worker.on('completed', end)
  worker.on('failed', end)
}
