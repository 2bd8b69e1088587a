import type { Log } from 'seaworthy'
import type { BullmqJob, BullmqWorker } from './bullmq-client.ts'
import type { WorkInHand } from '../consuming/work-in-hand.ts'

interface FollowedJob {
  readonly ended: PromiseWithResolvers<void>
  isOver: boolean
}

/**
 * Counts the jobs of a worker whose processor is not ours (a file, a thread) by its events. One that is not over in its
 * time is moved back to its queue; what its processor then still does has no effect on the job.
 */
export function followEvents(worker: BullmqWorker, hand: WorkInHand, log: Log): void {
  // Bounded by the concurrency of the worker.
  const open = new Map<string | undefined, FollowedJob>()
  const end = (job: BullmqJob | undefined, settle: (job: FollowedJob) => void): void => {
    const followed = open.get(job?.id)
    if (followed === undefined) return
    open.delete(job?.id)
    followed.isOver = true
    settle(followed)
  }
  worker.on('active', (job) => {
    // One that stalled and came back begins anew.
    end(job, ({ ended }) => ended.resolve())
    const followed: FollowedJob = { ended: Promise.withResolvers(), isOver: false }
    open.set(job.id, followed)
    const settled = hand.take(
      job.name,
      () => followed.ended.promise,
      async ({ how }) => {
        if (how === 'unfinished' && !followed.isOver) await job.moveToWait(job.token)
      },
    )
    settled.catch((error: unknown) =>
      log.warn({ err: error, job: job.id }, `job ${job.id} could not be given back: it will be found as stalled`),
    )
  })
  worker.on('completed', (job) => end(job, ({ ended }) => ended.resolve()))
  worker.on('failed', (job) => end(job, ({ ended }) => ended.reject(new Error('the job failed'))))
}
