import type { Duration } from 'seaworthy'
import {
  type DatabaseBreakerOptions,
  readDatabaseBreaker,
  type ResolvedDatabaseBreaker,
} from '../database/database-options.ts'
import type { OptionReader } from '../options/runtime-checks.ts'

/** What the adapters of Redis clients take besides the client. */
export interface RedisAdapterOptions {
  /** Whether the service is not ready while Redis can't be reached. @default true */
  readonly critical?: boolean
  /**
   * How long Redis may answer nothing at all while commands wait: 100 ms to 10 min. Then the connection is taken for dead:
   * what waits on it fails with `SEA_DATABASE_TIMED_OUT`, and another one is made. It is not the time of a single command:
   * while others are answered, a command may take longer. Commands that block, such as `BLPOP`, have no limit. While there
   * is no connection, commands wait for one for as long. `false`: for as long as the client lets them.
   *
   * @default "5s": less than clients wait for a request, and thousands of times what a command takes
   */
  readonly silence?: Duration | false
  /**
   * Commands that may wait while there is no connection, or while nothing is heard: 1 to 1,000,000. The next one fails with
   * `SEA_DATABASE_QUEUE_FULL`.
   *
   * @default 1,000: what waits longer than an instant is of no use to whoever asks
   */
  readonly maxWaiting?: number
  /**
   * When commands are refused at once because Redis can't be reached. `false`: never.
   *
   * @default after 5 failures in a row, for 1 s at a time
   */
  readonly breaker?: false | DatabaseBreakerOptions
}

/** {@link RedisAdapterOptions}, read. */
export interface ResolvedRedisOptions {
  /** `undefined` for no limit. */
  readonly silenceMs: number | undefined
  /** Commands that may wait. */
  readonly maxWaiting: number
  /** `false` for none. */
  readonly breaker: ResolvedDatabaseBreaker | false
}

/** Reads them all, `critical` included; the caller calls `done()`. */
export function readRedisOptions(read: OptionReader): ResolvedRedisOptions {
  read.boolean('critical', { fallback: true })
  return {
    silenceMs:
      read.value<unknown>('silence') === false
        ? undefined
        : read.duration('silence', { fallback: 5_000, min: 100, max: 600_000 }),
    maxWaiting: read.integer('maxWaiting', { fallback: 1_000, min: 1, max: 1_000_000 }),
    breaker: readDatabaseBreaker(read),
  }
}
