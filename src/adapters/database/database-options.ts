import type { Duration } from 'seaworthy'
import { OptionReader } from '../options/runtime-checks.ts'

/** When calls to a database are refused at once, because no connection to it can be had or none of them answers. */
export interface DatabaseBreakerOptions {
  /**
   * Failures in a row that open the circuit: 1 to 10,000. Only connections that can't be made, that break as soon as they
   * are made, or that nothing is heard from; never what the database answers, whatever that is.
   *
   * @default 5
   */
  readonly failures?: number
  /**
   * How long calls are refused until one goes through as a probe: 100 ms to 10 min.
   *
   * @default "1s": a restart of a few seconds must not become an outage of ten, and one dial a second hurts no server
   */
  readonly openFor?: Duration
  /**
   * How long the probe may take: 1 ms to 10 min. When the database has said nothing by then, calls are refused again.
   *
   * @default "5s", so that a probe that hangs does not keep the circuit shut
   */
  readonly probeTimeout?: Duration
}

/** {@link DatabaseBreakerOptions}, checked. */
export interface ResolvedDatabaseBreaker {
  readonly failures: number
  readonly openForMs: number
  readonly probeTimeoutMs: number
}

/** Reads `breaker`: `false` for none. */
export function readDatabaseBreaker(read: OptionReader): ResolvedDatabaseBreaker | false {
  const given = read.value<unknown>('breaker')
  if (given === false) return false
  const breaker = new OptionReader(given, 'breaker')
  const resolved = {
    failures: breaker.integer('failures', { fallback: 5, min: 1, max: 10_000 }),
    openForMs: breaker.duration('openFor', { fallback: 1_000, min: 100, max: 600_000 }),
    probeTimeoutMs: breaker.duration('probeTimeout', { fallback: 5_000, min: 1, max: 600_000 }),
  }
  read.include(breaker)
  return resolved
}
