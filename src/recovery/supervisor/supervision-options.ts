import type { Duration } from '../../core/duration.ts'

/**
 * When a task is run again. `permanent`: whenever a run has ended, for work that should go on for ever. `transient`: when a run has
 * failed; one that ended well is done. `temporary`: never; its failure is told, and ends nothing.
 *
 * @see https://www.erlang.org/doc/system/sup_princ.html#child-specification
 */
export type RestartKind = 'permanent' | 'transient' | 'temporary'

/** How often something may be restarted before the service gives up. */
export interface RestartIntensity {
  /**
   * How many restarts are made within `restartsWithin`; one failure more ends the service: 0 to 1,000. With 0 the first
   * failure ends it, with exit code 1 instead of 70, because nothing was restarted.
   *
   * @default 3, few enough that whatever supervises the process soon sees what it can't mend
   */
  readonly maxRestarts?: number
  /**
   * The sliding window in which restarts are counted: 1 ms to 24 h. One that is as old as that no longer counts. It has to
   * hold the time that so many runs take to fail: with `stallAfter` that is a few times as long as that.
   *
   * @default "60s"
   */
  readonly restartsWithin?: Duration
}

/**
 * Tasks that belong together. Pass the same object to each of them; restarts of all of them count as those of one.
 *
 * @example
 * const mail = { name: 'mail', strategy: 'rest-for-one' } as const
 * service.task('reader', { group: mail, run: read })
 * service.task('sender', { group: mail, run: send })
 */
export interface TaskGroup extends RestartIntensity {
  /** What reports call it. Groups of one name in a service must be alike. */
  readonly name: string
  /**
   * What is restarted when a task fails. `one-for-one`: that task. `rest-for-one`: that task and those declared after
   * it, which are ended first, the last one first.
   *
   * @default "one-for-one"
   */
  readonly strategy?: 'one-for-one' | 'rest-for-one'
}

/** How long a task waits for its restart: a random time between 0 and a bound that doubles with each failure. */
export interface RestartBackoff {
  /** The bound after the first failure: 0 to 1 h. @default "1s" */
  readonly initial?: Duration
  /**
   * The bound that no number of failures exceeds: 0 to 24 h. Waits that outlast `restartsWithin` are refused: what fails at
   * once would never use its restarts up.
   *
   * @default "30s", or `restartsWithin` divided by one more than `maxRestarts` where that is less
   */
  readonly max?: Duration
  /** A number of at least 0 and below 1. @default Math.random; tests pass their own */
  readonly random?: () => number
}

/** What the definition of a task may say of its supervision. */
export interface SupervisionOptions extends RestartIntensity {
  /** When it is run again. @default "transient" */
  readonly restart?: RestartKind
  /** The wait before a restart. @default up to 1 s, doubled by each failure in a row, up to 30 s */
  readonly backoff?: RestartBackoff
  /** How long a run must last for the back-off to begin anew: 0 to 24 h. @default that of `restartsWithin` */
  readonly stableAfter?: Duration
  /** The group it belongs to, whose `maxRestarts` and `restartsWithin` hold then. @default a group of its own */
  readonly group?: TaskGroup
  /**
   * Runs it again and again: at the start, and then at each interval without drift, 1 ms to 24 days. Beats that come while
   * a run or a back-off is under way are left out. It can't be given with `restart: "permanent"`, and says the same.
   *
   * @default one run
   */
  readonly every?: Duration
  /**
   * How long a run may go without a call of `progress()`: 1 ms to 24 h. After it the run is aborted, and has failed.
   *
   * @default for ever
   */
  readonly stallAfter?: Duration
  /**
   * How long a run that is to be restarted may take to heed its signal: 1 ms to 24 h. Then the service ends with 70,
   * unless `overlap` is set: a run that can't be ended can only be replaced with its process.
   *
   * @default "30s"
   */
  readonly abortTimeout?: Duration
  /** Whether a run may begin while one that ignores its signal still goes on. @default false */
  readonly overlap?: boolean
}

/** What a run of a task gets besides what every component gets. */
export interface RunExtras {
  /** Which run of the task it is, from 1. */
  readonly runNumber: number
  /** Says that the run gets on: with `stallAfter`, a run that does not call it is aborted. Cheap enough for each item. */
  readonly progress: () => void
}
