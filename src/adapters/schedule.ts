/**
 * Timers as consumers of a service: `every`, and `cron` for the package of your choice (croner, node-cron, …).
 *
 * @module
 */
import {
  type Clock,
  type ComponentContext,
  type ConsumerDefinition,
  type Duration,
  type Needs,
  parseDuration,
  SeaworthyError,
  systemClock,
  type Values,
} from 'seaworthy'
import { readOptions, requireArgument } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'
import { ScheduledRuns } from './schedule/scheduled-runs.ts'

/** What a run gets: the values of the needs, the configuration, a logger, and a signal of its own. */
export type RunContext<Config, N extends Needs> = Values<N> & ComponentContext<Config>

/** What {@link every} takes besides. */
export interface EveryOptions<N extends Needs> {
  /** Components whose values a run gets. */
  readonly needs?: N
  /** Whether the first run is at the start rather than one interval after it. @default false */
  readonly atStart?: boolean
  /** Whether a run may begin while another is under way. @default false: the later one is left out, and counted */
  readonly overlap?: boolean
  /** @default the real time; tests pass a `ManualClock` */
  readonly clock?: Clock
}

/** A timer of a running service. */
export interface RunningSchedule {
  /** Ends the timer. */
  readonly end: () => unknown
  readonly runs: ScheduledRuns
}

const LONGEST_MS = 2 ** 31 - 1

/**
 * Runs something again and again: one interval after the start, and then each interval, without drift. At the
 * announcement of a shutdown the timer ends; a run under way is waited for, and its `signal` is aborted at the soft
 * deadline. A run that rejects is logged and counted, and the check says *degraded* until one succeeds: it does not end
 * the service. Each replica has its own timer.
 *
 * @param interval such as `"5m"`: 1 ms to 24 days
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @example
 * ```ts
 * service.consumer('cleanup', every('5m', async ({ db, signal }) => await removeOld(db, { signal }), { needs: { db } }))
 * ```
 */
export function every<Config, N extends Needs = Record<never, never>>(
  interval: Duration,
  run: (context: RunContext<Config, N>) => unknown,
  options: EveryOptions<N> = {},
): ConsumerDefinition<Config, RunningSchedule, N> {
  const intervalMs = parseDuration(interval)
  if (intervalMs === undefined || intervalMs < 1 || intervalMs > LONGEST_MS) {
    throw new SeaworthyError(
      'SEA_OPTIONS_INVALID',
      `every(): the interval is ${JSON.stringify(interval)}, expected a duration of 1 ms to 24 days`,
      { hint: 'Pass an interval such as "30s" or "5m"; for a time of day use cron().' },
    )
  }
  const read = readOptions('every()', options, {})
  requireArgument(read, run, 'the second argument, which is run each time,')
  read.boolean('atStart', { fallback: false })
  read.boolean('overlap', { fallback: false })
  read.value('clock')
  read.done()
  const { clock = systemClock } = options
  return defineSchedule(run, options, (tick) => {
    let due = clock.now() + (options.atStart === true ? 0 : intervalMs)
    let cancel = (): void => {}
    const wait = (): void => {
      const delayMs = Math.max(0, due - clock.now())
      cancel = clock.schedule(delayMs, () => {
        // Beats that were missed, by a blocked loop or a sleeping machine, are not made up for; the others keep their time.
        due += intervalMs * (Math.floor(Math.max(0, clock.now() - due) / intervalMs) + 1)
        void tick()
        wait()
      })
    }
    wait()
    return { stop: () => cancel() }
  })
}

/** What is needed of a timer that a package made, such as croner's `Cron` or node-cron's `ScheduledTask`. */
export interface CronTimer {
  /** Ends the timer. */
  stop(): unknown
  /** What is left of it. */
  destroy?(): unknown
}

/** How a timer of another package is run by a service. */
export interface CronOptions<Config, N extends Needs> {
  /** Components whose values `schedule` and `run` get. */
  readonly needs?: N
  /** Makes the timer: `(tick) => new Cron('0 3 * * *', tick)`, or `(tick) => nodeCron.schedule('0 3 * * *', tick)`. */
  readonly schedule: (
    tick: () => Promise<void>,
    context: Values<N> & ComponentContext<Config>,
  ) => CronTimer | Promise<CronTimer>
  /** What is to be done each time. Its `signal` is aborted at the soft deadline of a shutdown. */
  readonly run: (context: RunContext<Config, N>) => unknown
  /** Whether a run may begin while another is under way. @default false: the later one is left out, and counted */
  readonly overlap?: boolean
}

/**
 * A timer of a cron package as a consumer; what holds for {@link every} holds for it.
 *
 * @example
 * ```ts
 * service.consumer('report', cron({
 *   schedule: (tick) => new Cron('0 3 * * *', { timezone: 'Europe/Berlin' }, tick),
 *   run: async ({ signal }) => await sendReport({ signal }),
 * }))
 * ```
 */
export function cron<Config, N extends Needs = Record<never, never>>(
  options: CronOptions<Config, N>,
): ConsumerDefinition<Config, RunningSchedule, N> {
  const read = readOptions('cron()', options, { required: ['schedule', 'run'] })
  read.boolean('overlap', { fallback: false })
  read.done()
  return defineSchedule(options.run, options, async (tick, context) =>
    requireClient(await options.schedule(tick, context), {
      from: '"schedule" of cron()',
      expected: 'the timer that it made',
      methods: ['stop'],
    }),
  )
}

function defineSchedule<Config, N extends Needs>(
  run: (context: RunContext<Config, N>) => unknown,
  options: { readonly needs?: N; readonly overlap?: boolean },
  schedule: CronOptions<Config, N>['schedule'],
): ConsumerDefinition<Config, RunningSchedule, N> {
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    // A failed run makes it degraded; whether requests can be answered does not depend on a timer.
    critical: false,
    async start(context) {
      const { work, log } = context
      const mayOverlap = options.overlap ?? false
      const runs = new ScheduledRuns({ work, log, mayOverlap, run: ({ signal }) => run({ ...context, signal }) })
      const timer = await schedule(() => runs.tick(), context)
      return {
        runs,
        end: async () => {
          await timer.stop()
          await timer.destroy?.()
        },
      }
    },
    pause({ runs, end }) {
      runs.pause()
      return end()
    },
    check: ({ runs }) => runs.check(),
  }
}
