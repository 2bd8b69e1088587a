/**
 * BullMQ workers as consumers of a service. The package `bullmq` is yours, version 5 or 6: you build the worker.
 *
 * @module
 */
import {
  type ComponentContext,
  type ConsumerDefinition,
  type HealthCheckContext,
  type Log,
  type Needs,
  SeaworthyError,
  type Values,
} from 'seaworthy'
import { askRedis } from './bullmq/ask-redis.ts'
import type { BullmqJob, BullmqWorker } from './bullmq/bullmq-client.ts'
import { followEvents } from './bullmq/follow-events.ts'
import { WorkInHand } from './consuming/work-in-hand.ts'
import { readOptions } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'

export type { BullmqJob, BullmqWorker } from './bullmq/bullmq-client.ts'

/** What BullMQ's `Worker` takes as its processor. `never` fits every worker, whatever its jobs hold and give. */
export type BullmqProcessor = (job: BullmqJob, token?: string, signal?: AbortSignal) => Promise<never>

/** What a job gets: the values of the needs, the configuration, a logger, and a signal of its own. */
export type JobContext<Config, N extends Needs> = Values<N> & ComponentContext<Config>

/** How a BullMQ worker is run by a service. */
export interface BullmqOptions<Config, Job extends BullmqJob, N extends Needs> {
  /** Components whose values `worker` and `process` get. */
  readonly needs?: N
  /**
   * Builds the worker: `(processor, { config }) => new Worker('mails', processor, { connection, concurrency: 5 })`. A
   * worker with a processor of its own, such as a file, takes no notice of the first argument: see {@link process}.
   */
  readonly worker: (processor: BullmqProcessor, context: Values<N> & ComponentContext<Config>) => BullmqWorker
  /**
   * Does a job. Its `signal` is aborted at the soft deadline of a shutdown, and when BullMQ cancels the job: a job that
   * then rejects goes back to its queue, and no attempt of it is used up.
   *
   * @default none: the worker has a processor of its own. Its jobs are counted, waited for and given back as well, but
   * they get no signal of ours
   */
  readonly process?: (job: Job, context: JobContext<Config, N>) => unknown
  /** Whether the service is not ready while Redis can't be reached. @default false: other requests may be answered */
  readonly critical?: boolean
}

/** A BullMQ worker of a running service. */
export interface RunningBullmqWorker {
  readonly worker: BullmqWorker
  readonly hand: WorkInHand
  /** Why it takes nothing any more, if that is so. */
  readonly misuse: () => Error | undefined
  /** Whether Redis answers. */
  readonly ask: (context: HealthCheckContext) => Promise<unknown>
}

const WORKER = {
  from: '"worker" of bullmq()',
  expected: 'a Worker of bullmq',
  methods: ['on', 'waitUntilReady', 'pause', 'close'],
}

/**
 * A BullMQ worker as a consumer. At the announcement of a shutdown it takes nothing more, at once; jobs in flight end
 * and are acknowledged. What does not end in its time goes back to the head of its queue, where another worker finds it
 * at once, rather than after the half minute and more in which BullMQ finds out that a job has stalled.
 *
 * @example
 * ```ts
 * service.consumer('mails', bullmq({
 *   worker: (processor, { config }) => new Worker('mails', processor, { connection: { url: config.redis.url } }),
 *   process: async (job: Job<Mail>, { signal }) => await send(job.data, { signal }),
 * }))
 * ```
 */
export function bullmq<Config, Job extends BullmqJob = BullmqJob, N extends Needs = Record<never, never>>(
  options: BullmqOptions<Config, Job, N>,
): ConsumerDefinition<Config, RunningBullmqWorker, N> {
  const read = readOptions('bullmq()', options, { required: ['worker'], optional: ['process'] })
  read.boolean('critical', { fallback: false })
  read.done()
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    critical: options.critical ?? false,
    async start(context) {
      const hand = new WorkInHand(context.work)
      const { process } = options
      let misuse: SeaworthyError | undefined
      // BullMQ makes a signal only for a processor that names three parameters.
      const processor: BullmqProcessor = (job, token, signal) => {
        if (hand.isPaused) return putBack(job, token, context.log)
        if (process === undefined) {
          misuse ??= withoutProcess()
          // Else all jobs of the queue would fail, one after another.
          void worker.pause(true)
          context.log.error({ err: misuse, job: job.id }, `nothing is taken any more: ${misuse.message}`)
          return Promise.reject(misuse)
        }
        return hand.take(
          job.name,
          async ({ signal: ours }) => await process(job as Job, { ...context, signal: anyOf(ours, signal) }),
          (end) => {
            if (end.how === 'done') return end.value as never
            if (end.how === 'failed') throw end.error
            return putBack(job, token, context.log)
          },
        )
      }
      const worker = requireClient(options.worker(processor, context), WORKER)
      // Without a listener, an outage of Redis would be an uncaught exception.
      worker.on('error', (error) =>
        context.log.warn({ err: error }, `BullMQ worker "${worker.name}": ${error.message}`),
      )
      try {
        if (process === undefined) {
          if (isProcessorOf(worker, processor)) throw withoutProcess()
          followEvents(worker, hand, context.log)
        }
        await worker.waitUntilReady()
      } catch (error) {
        void worker.close(true).catch(() => {})
        throw error
      }
      return { worker, hand, misuse: () => misuse, ask: askRedis(worker) }
    },
    // Not pause(true): an idle worker would wait on for a job, and take it. This also ends that wait, and resolves when
    // the jobs in flight have been acknowledged.
    pause: ({ worker, hand }) => hand.pause(() => worker.pause()),
    giveBack: ({ hand }) => hand.beLate(),
    async check({ misuse, ask }, context) {
      const error = misuse()
      if (error !== undefined) throw error
      return await ask(context)
    },
    async stop({ worker, hand }) {
      const isOverdue = hand.giveBack()
      await hand.whenSettled()
      // A processor that is not ours still runs then: to wait for it would be to wait for nothing.
      await worker.close(isOverdue && options.process === undefined)
    },
  }
}

/** Whether a worker was built with our processor; where BullMQ does not show it, the first job finds out. */
function isProcessorOf(worker: object, processor: BullmqProcessor): boolean {
  return (worker as { readonly processFn?: unknown }).processFn === processor
}

function withoutProcess(): SeaworthyError {
  return new SeaworthyError(
    'SEA_OPTIONS_INVALID',
    'the worker of bullmq() uses the processor that it was given, but there is no "process" that would do its jobs',
    { hint: 'Pass process to bullmq(), or give the worker a processor of its own.' },
  )
}

/** Gives a job back, and ends its processor in the way that BullMQ takes for "neither done nor failed". */
async function putBack(job: BullmqJob, token: string | undefined, log: Log): Promise<never> {
  try {
    await job.moveToWait(token)
    log.info({ job: job.id, name: job.name }, `job ${job.id} was given back to its queue`)
  } catch (error) {
    log.warn({ err: error, job: job.id }, `job ${job.id} could not be given back: it will be found as stalled`)
  }
  // By name, because the class is in a package that only the user has.
  throw Object.assign(new Error(`job ${job.id} was given back: the service is ending`), { name: 'WaitingError' })
}

function anyOf(ours: AbortSignal, theirs: AbortSignal | undefined): AbortSignal {
  return theirs === undefined ? ours : AbortSignal.any([ours, theirs])
}
