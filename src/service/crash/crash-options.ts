import { join, resolve } from 'node:path'
import { type Environment, EnvReader } from '../../core/env-reader.ts'
import { OptionReader } from '../../core/option-reader.ts'
import { readSpoolSettings } from '../../telemetry/spool/spool-settings.ts'

/** What a process that dies leaves on disk, for whoever has to find out why. */
export interface CrashOptions {
  /**
   * A directory, made where there is none; each service has a folder of its own in it, `crash@<name>`.
   * `SEAWORTHY_CRASH_DIR` wins over it, and `off` there keeps nothing.
   *
   * @default the directory of the telemetry spool, which is `seaworthy-<uid>` in the temporary directory of the machine
   *   unless something else was chosen: one volume is then enough for both
   */
  readonly directory?: string
  /**
   * When Node writes its diagnostic report. `safe`: after a fatal error (out of memory in V8, a failed assertion of native
   * code), where Node was started with `--report-exclude-env`, because out of memory it heeds nothing but that flag, and
   * the environment often has secrets in it · `fatal`: after a fatal error in any case; what is private is taken out by the
   * next process · `always`: besides after an uncaught exception, without what is private · `never`. Where Node was told by
   * its own flags or in code which reports to write, that is left alone.
   *
   * @default "safe"
   * @see https://nodejs.org/api/cli.html#--report-exclude-env
   */
  readonly report?: 'safe' | 'fatal' | 'always' | 'never'
  /**
   * How many snapshots of the heap V8 writes when it is about to run out of memory: 0 to 10. A snapshot has **everything
   * that is in memory** in it, secrets and the data of users among it; while one is written the process stands still, and
   * it takes about as much memory again as the heap has. `SEAWORTHY_CRASH_HEAP_SNAPSHOTS` wins over it.
   *
   * @default 0, because of what is in it
   */
  readonly heapSnapshots?: number
  /** Of how many dead processes the evidence is kept, the newest: 1 to 1000. @default 10 */
  readonly keep?: number
  /**
   * How much evidence is kept, in bytes: 1 MiB to 1 TiB. The oldest goes first; what the last process has left stays,
   * whatever its size.
   *
   * @default 32 MiB, which fits beside the spool into a volume of 192 MiB; without snapshots of the heap a dead process
   *   leaves less than 1 MiB
   */
  readonly maxBytes?: number
}

/** Where evidence is kept, and how much. */
export interface CrashSettings {
  /** Absolute. */
  readonly directory: string
  /** Whether nobody has named it: others may write around it, then. */
  readonly isDefaultDirectory: boolean
  readonly report: 'safe' | 'fatal' | 'always' | 'never'
  readonly heapSnapshots: number
  readonly keep: number
  readonly maxBytes: number
}

const MIB = 1024 * 1024
const HEAP_SNAPSHOTS = { min: 0, max: 10 } as const
const REPORTS = ['safe', 'fatal', 'always', 'never'] as const

/**
 * @param spoolDirectory where the code puts the spool of telemetry: evidence goes there unless it has a place of its own
 * @returns `undefined` where nothing is to be kept
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` or `SEA_ENV_INVALID`
 */
export function resolveCrash(
  options: CrashOptions | false,
  env: Environment,
  spoolDirectory?: string,
): CrashSettings | undefined {
  const read = new OptionReader(options === false ? {} : options, 'createService(): crash')
  const directory = read.text('directory', { fallback: '' })
  const report = read.oneOf('report', REPORTS, { fallback: 'safe' })
  const heapSnapshots = read.integer('heapSnapshots', { fallback: 0, ...HEAP_SNAPSHOTS })
  const keep = read.integer('keep', { fallback: 10, min: 1, max: 1000 })
  const maxBytes = read.integer('maxBytes', { fallback: 32 * MIB, min: MIB, max: 1024 * 1024 * MIB })
  read.done()

  const variables = new EnvReader(env)
  const fromEnv = variables.text('SEAWORTHY_CRASH_DIR')
  const snapshots = variables.integer('SEAWORTHY_CRASH_HEAP_SNAPSHOTS', HEAP_SNAPSHOTS) ?? heapSnapshots
  variables.done()
  if (fromEnv?.toLowerCase() === 'off' || (fromEnv === undefined && options === false)) return undefined
  const named = fromEnv ?? (directory === '' ? undefined : directory)
  const place =
    named === undefined ? besideSpool(env, spoolDirectory) : { directory: resolve(named), isDefaultDirectory: false }
  return { ...place, report, heapSnapshots: snapshots, keep, maxBytes }
}

/** Where telemetry waits, or would if it did. What is wrong with its variables is told by the telemetry itself. */
function besideSpool(
  env: Environment,
  spoolDirectory: string | undefined,
): Pick<CrashSettings, 'directory' | 'isDefaultDirectory'> {
  const around = { SEAWORTHY_SPOOL_DIR: env['SEAWORTHY_SPOOL_DIR'] }
  const chosen = { directory: spoolDirectory, maxBytes: undefined, maxAgeMs: undefined }
  const found = readSpoolSettings(new EnvReader(around), chosen) ?? readSpoolSettings(new EnvReader({}))
  // With neither a variable nor code there is always one.
  const { directory, isDefaultDirectory } = found as NonNullable<typeof found>
  return { directory, isDefaultDirectory }
}

/** The folder of a service. No name of a service becomes this in the spool: `@` is not among what it leaves in names. */
export function crashFolderOf({ directory }: Pick<CrashSettings, 'directory'>, serviceDirectory: string): string {
  return join(directory, `crash@${serviceDirectory}`)
}
