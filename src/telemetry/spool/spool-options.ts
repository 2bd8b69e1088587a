import { resolve } from 'node:path'
import type { Duration } from '../../core/duration.ts'
import { OptionReader } from '../../core/option-reader.ts'
import { MAX_AGE_RANGE, MAX_BYTES_RANGE, type SpoolChoice } from './spool-settings.ts'

/** Where telemetry waits on disk until it is delivered, and how much of it. */
export interface SpoolOptions {
  /**
   * A directory, made where there is none. `SEAWORTHY_SPOOL_DIR` wins over it.
   *
   * @default `seaworthy-<uid>` in the temporary directory of the machine
   */
  readonly directory?: string
  /**
   * What all processes of a service may take together, in bytes: 1 MiB to 1 TiB. `SEAWORTHY_SPOOL_MAX_BYTES` wins over it.
   * Each service that uses the same directory has as much.
   *
   * @default 128 MiB
   */
  readonly maxBytes?: number
  /**
   * How long telemetry waits for its delivery: a minute to 30 days. `SEAWORTHY_SPOOL_MAX_AGE` wins over it.
   *
   * @default "24h"
   */
  readonly maxAge?: Duration
}

/** `false` for none, `undefined` where nothing is said. Problems are those of `options`. */
export function readSpoolOptions(options: OptionReader): SpoolChoice | false | undefined {
  const given = options.value<SpoolOptions | false>('spool')
  if (given === undefined || given === false) return given
  const read = new OptionReader(given, 'spool')
  const isThere = (name: keyof SpoolOptions): boolean => read.value(name) !== undefined
  const choice: SpoolChoice = {
    directory: isThere('directory') ? resolve(read.text('directory')) : undefined,
    maxBytes: isThere('maxBytes') ? read.integer('maxBytes', MAX_BYTES_RANGE) : undefined,
    maxAgeMs: isThere('maxAge') ? read.duration('maxAge', MAX_AGE_RANGE) : undefined,
  }
  options.include(read)
  return choice
}
