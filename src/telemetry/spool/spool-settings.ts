import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { EnvReader } from '../../core/env-reader.ts'

/** Where telemetry waits on disk, and how much of it. */
export interface SpoolSettings {
  /**
   * Absolute. Holds a directory per service and collector.
   *
   * @default `seaworthy-<uid>` in the temporary directory of the machine, because that is where a process may write
   * without having been given a place. In a container it lives as long as the container, and with an `emptyDir` mounted
   * there as long as the pod, so that a restarted container sends what the killed one left behind.
   */
  readonly directory: string
  /** Whether nobody has named it: it then must be ours alone, because everybody may write around it. */
  readonly isDefaultDirectory: boolean
  /**
   * What all processes of a service may take together in this directory, in bytes: 1 MiB to 1 TiB. Services that share a
   * directory have as much each, and so has each collector that a service has sent to; nothing bounds them all together
   * but their number and the age.
   *
   * @default 128 MiB, about 15 minutes of 500 spans a second. Of 50,000 spans and log records a second it is 10 s,
   * which is how long a collector may be silent before an attempt is given up: such a service needs more
   */
  readonly maxBytes: number
  /**
   * How long telemetry waits for its delivery, in milliseconds: 1 minute to 30 days. So long after its last word, what a
   * service left that doesn't come back is removed by any other service that uses the same directory.
   *
   * @default 24 h; older telemetry is refused by many backends, or no longer looked at
   */
  readonly maxAgeMs: number
}

/** What the code says of the spool; what it does not say is for the variables and the defaults. */
export interface SpoolChoice {
  readonly directory: string | undefined
  readonly maxBytes: number | undefined
  readonly maxAgeMs: number | undefined
}

const MIB = 1024 * 1024
const MAX_BYTES = 128 * MIB
/** Of `maxAgeMs`, where nothing is said. */
export const MAX_AGE_MS = 24 * 3_600_000
/** Of `maxBytes`, in bytes. */
export const MAX_BYTES_RANGE = { min: MIB, max: 1024 * 1024 * MIB } as const
/** Of `maxAgeMs`, in milliseconds. */
export const MAX_AGE_RANGE = { min: 60_000, max: 30 * MAX_AGE_MS } as const
const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  K: 1024,
  M: MIB,
  G: 1024 * MIB,
  Ki: 1024,
  Mi: MIB,
  Gi: 1024 * MIB,
  KiB: 1024,
  MiB: MIB,
  GiB: 1024 * MIB,
}

/**
 * `SEAWORTHY_SPOOL_DIR`, `…_MAX_BYTES` and `…_MAX_AGE`. Each wins over what the code says.
 *
 * @returns `undefined` where the spool is switched off
 */
export function readSpoolSettings(read: EnvReader, fromCode?: SpoolChoice | false): SpoolSettings | undefined {
  const fromEnv = read.text('SEAWORTHY_SPOOL_DIR')
  const choice = fromCode === false ? undefined : fromCode
  const maxBytes = readMaxBytes(read) ?? choice?.maxBytes ?? MAX_BYTES
  const maxAgeMs = readMaxAge(read) ?? choice?.maxAgeMs ?? MAX_AGE_MS
  if (fromEnv?.toLowerCase() === 'off' || (fromEnv === undefined && fromCode === false)) return undefined
  const named = fromEnv ?? choice?.directory
  return {
    directory: named === undefined ? join(tmpdir(), `seaworthy-${userId()}`) : resolve(named),
    isDefaultDirectory: named === undefined,
    maxBytes,
    maxAgeMs,
  }
}

function readMaxBytes(read: EnvReader): number | undefined {
  const name = 'SEAWORTHY_SPOOL_MAX_BYTES'
  const text = read.text(name)
  if (text === undefined) return undefined
  const [, amount, unit] = /^(\d+)\s*([KMG]?|[KMG]iB?)$/.exec(text) ?? []
  const bytes = Number(amount) * (UNIT_BYTES[unit ?? ''] ?? Number.NaN)
  if (bytes >= MAX_BYTES_RANGE.min && bytes <= MAX_BYTES_RANGE.max) return bytes
  read.problem(`${name} is "${text}", expected a number of bytes such as 134217728 or 128Mi, from 1Mi to 1024Gi`)
  return undefined
}

function readMaxAge(read: EnvReader): number | undefined {
  const name = 'SEAWORTHY_SPOOL_MAX_AGE'
  const ageMs = read.durationWithUnit(name)
  if (ageMs === undefined) return undefined
  if (ageMs >= MAX_AGE_RANGE.min && ageMs <= MAX_AGE_RANGE.max) return ageMs
  read.problem(`${name} is ${ageMs} ms, expected 1m to 30d`)
  return undefined
}

/** Two users of a machine must not meet in one directory, which only one of them may write to. */
function userId(): string {
  return process.geteuid === undefined ? userInfo().username.replaceAll(/[^\w.-]/g, '_') : String(process.geteuid())
}
