import { readdir } from 'node:fs/promises'
import { setHeapSnapshotNearHeapLimit } from 'node:v8'
import type { Cancel, Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { onProcessExit } from '../../core/process-exit.ts'
import { hideInJson, hideSecrets } from '../../core/secret-text.ts'
import { memoryLimit } from '../../health/checks/memory-limit.ts'
import { attempt } from '../../lifecycle/attempt.ts'
import { MAX_LISTED_WORK, type OpenWork } from '../../lifecycle/open-work.ts'
import { messageOf } from '../../lifecycle/shutdown-report.ts'
import type { ServiceLife } from '../service-life.ts'
import type { ResolvedServiceOptions } from '../service-options.ts'
import type { cleanReport } from './clean-report.ts'
import type { CrashFolder } from './crash-folder.ts'
import { LifeMark } from './life-mark.ts'

export interface CrashEvidenceOptions {
  readonly folder: CrashFolder
  readonly clock: Clock
  readonly log: Log
  /** Of the service. */
  readonly name: string
  readonly version: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** `service.instance.id`, as soon as it is known. */
  readonly instanceId: () => string | undefined
  /** What is in flight. */
  readonly openWork: () => readonly OpenWork[]
  /** Resolves when there are meters: what is counted before is lost. */
  readonly telemetryStarted: () => Promise<unknown> | undefined
  /** Takes the secrets of the configuration out of a text. */
  readonly scrub: (text: string) => string
}

/** An exception that nobody caught, as the log tells it. */
export interface UncaughtException {
  readonly error: unknown
  /** `uncaughtException` or `unhandledRejection`. */
  readonly origin: string
  /** The line of the log that tells it, secrets hidden. */
  readonly line: string
}

/** More is no evidence: a message that somebody has put a whole document into. */
const MAX_RECORD_CHARACTERS = 1024 * 1024
const MAX_TEXT_CHARACTERS = 16 * 1024
/** When those are looked for of whom it can't be told at once whether they live: they would have said so by then. */
const LOOKS_AFTER_MS = [0, 20_000, 60_000]

/**
 * Sees to it that the end of this process leaves something to find out by, whatever it ends by, and that what the process
 * before it has left is told of. Nothing here throws, and nothing waits.
 */
export class CrashEvidence {
  readonly #options: CrashEvidenceOptions
  readonly #mark: LifeMark | undefined
  readonly #disarm: () => void
  readonly #unwatch: () => void
  #cleanReport: typeof cleanReport | undefined
  #record: Record<string, unknown> | undefined
  #cancelLook: Cancel = () => {}
  #isOver = false

  /** From when there is a log: before that, nothing has started that could leave anything. */
  static begin(
    life: ServiceLife,
    { clock, env, name, version }: Pick<ResolvedServiceOptions, 'clock' | 'env' | 'name' | 'version'>,
  ): CrashEvidence | undefined {
    const { core } = life
    if (core?.crash === undefined) return undefined
    return new CrashEvidence({
      folder: core.crash,
      clock,
      log: core.logging.log,
      name,
      version,
      env,
      instanceId: () => textOf(core.telemetry?.resource['service.instance.id']),
      openWork: () => life.openWork(),
      telemetryStarted: () => core.telemetry?.start(),
      // Secrets of the start, and those that have come since.
      scrub: (text) => {
        const scrubbed = core.config.scrub(text)
        return core.reloader?.scrub(scrubbed) ?? scrubbed
      },
    })
  }

  constructor(options: CrashEvidenceOptions) {
    this.#options = options
    const { folder, clock, name, version, env, instanceId, openWork, log } = options
    const { heapSnapshots, report, isDefaultDirectory } = folder.settings
    const file = folder.pathOf('life')
    const theirs = foreignReports()
    this.#disarm = report === 'never' ? () => {} : armFatalReport(folder.pathOf('fatal'), report === 'safe')
    if (heapSnapshots > 0) attempt(() => setHeapSnapshotNearHeapLimit(heapSnapshots))
    let problem = folder.problem
    try {
      const facts = {
        service: name,
        version,
        foreignReports: theirs,
        heapSnapshots: heapSnapshots > 0 ? heapSnapshotFolder(env) : undefined,
      }
      if (file !== undefined)
        this.#mark = new LifeMark(file, facts, { clock, instanceId, inFlight: () => openWork().length })
    } catch (error) {
      problem = messageOf(error)
    }
    if (problem !== undefined) tellOfNone(log, problem, isDefaultDirectory)
    if (this.#mark !== undefined) this.#lookLater(0)
    // Whoever ends the process by a call has not let it die.
    this.#unwatch = onProcessExit(() => this.end())
    if (report === 'always') void this.#loadCleaner()
  }

  /**
   * Leaves on disk what is known of the first exception that nobody caught. Synchronous.
   *
   * @returns the file; `undefined` where there is none
   */
  keepUncaught({ error, origin, line }: UncaughtException): string | undefined {
    if (this.#record !== undefined || this.#isOver) return undefined
    return attempt(() => {
      this.#record = this.#describe(origin, line)
      const file = this.#write()
      this.#keepReport(error)
      return file
    })
  }

  /** The process ends, and tells of it itself. Safe to call again; synchronous. @param shutdown fields of its report */
  end(shutdown?: Readonly<Record<string, unknown>>): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancelLook()
    this.#unwatch()
    attempt(this.#disarm)
    if (this.#record === undefined) {
      this.#mark?.end()
      return
    }
    if (shutdown !== undefined) {
      this.#record['shutdown'] = shutdown
      attempt(() => this.#write())
    }
    const { type, message } = (this.#record['err'] ?? {}) as Readonly<Record<string, unknown>>
    this.#mark?.end({
      type: typeof type === 'string' ? type : undefined,
      message: (typeof message === 'string' ? message : String(this.#record['msg'])).slice(0, 1000),
    })
  }

  #describe(origin: string, line: string): Record<string, unknown> {
    const { folder, instanceId, openWork } = this.#options
    const open = attempt(openWork) ?? []
    return {
      event: 'crash.uncaught',
      ...toRecordFields(line),
      origin,
      instanceId: attempt(instanceId),
      node: process.version,
      uptimeSeconds: Math.round(process.uptime()),
      processId: folder.processId,
      inFlight: { count: open.length, oldest: open.slice(0, MAX_LISTED_WORK) },
      lastPulse: attempt(() => this.#mark?.pulse()),
      // Without a descriptor left, it can't be asked for.
      memory: { ...attempt(() => process.memoryUsage()), limitBytes: attempt(() => memoryLimit()) },
      resources: process.resourceUsage(),
      activeResources: countEach(process.getActiveResourcesInfo()),
    }
  }

  #write(): string | undefined {
    const { folder, scrub } = this.#options
    const hide = (text: string): string => scrub(hideSecrets(text))
    // What it holds besides JSON, such as `undefined`, is gone first.
    this.#record = hideInJson(JSON.parse(JSON.stringify(this.#record)), hide) as Record<string, unknown>
    return folder.write('uncaught', `${JSON.stringify(this.#record, undefined, 2)}\n`)
  }

  #keepReport(error: unknown): void {
    if (this.#cleanReport === undefined) return
    const report = process.report.getReport(error instanceof Error ? error : new Error(messageOf(error)))
    const { folder, scrub } = this.#options
    folder.write('report', this.#cleanReport(report, scrub))
  }

  async #loadCleaner(): Promise<void> {
    const loaded = await import('./clean-report.ts').catch(() => undefined)
    this.#cleanReport = loaded?.cleanReport
  }

  #lookLater(look: number): void {
    const afterMs = LOOKS_AFTER_MS[look]
    if (afterMs === undefined) return
    const waitMs = afterMs - (LOOKS_AFTER_MS[look - 1] ?? 0)
    this.#cancelLook = this.#options.clock.schedule(
      waitMs,
      () => void this.#look().then((isUndecided) => isUndecided && !this.#isOver && this.#lookLater(look + 1)),
      { keepAlive: false },
    )
  }

  /** Whether others are to be looked for again. Loads what it takes only where there is anything to be found. */
  async #look(): Promise<boolean> {
    const { folder, log, name } = this.#options
    const mark = this.#mark?.path
    if (folder.path === undefined || mark === undefined) return false
    try {
      const names = await readdir(folder.path)
      if (names.every((each) => mark.endsWith(each))) return false
      const { tellOfTheDead } = await import('./tell-of-the-dead.ts')
      await this.#options.telemetryStarted()
      return await tellOfTheDead({ folder, log, name, mark })
    } catch {
      // The folder has gone: there is nothing to be told.
      return false
    }
  }
}

/** Asked for, it is a mistake; where nobody asked for it, it is worth a word all the same. */
function tellOfNone(log: Log, problem: string, isDefaultDirectory: boolean): void {
  const text = `a crash of this process would leave no evidence on disk: ${problem}`
  const fields = { event: 'crash.no_evidence', problem }
  if (isDefaultDirectory) log.info(fields, text)
  else log.warn(fields, `${text}. Make SEAWORTHY_CRASH_DIR (in code: crash.directory) a directory that it may write to`)
}

/** The fields of the line, cut where they are without measure. */
function toRecordFields(line: string): Record<string, unknown> {
  if (line.length <= MAX_RECORD_CHARACTERS) return JSON.parse(line) as Record<string, unknown>
  return JSON.parse(line, (_key, value: unknown) =>
    typeof value === 'string' && value.length > MAX_TEXT_CHARACTERS
      ? `${value.slice(0, MAX_TEXT_CHARACTERS)}… (${value.length} characters)`
      : value,
  ) as Record<string, unknown>
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function countEach(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** `excludeNetwork` has no type yet. @see https://nodejs.org/api/process.html#processreportexcludenetwork */
type Report = NodeJS.ProcessReport & { excludeNetwork?: boolean }

/** Whether somebody else has said which reports Node is to write, by a flag or in code. */
function isForeign({ filename, directory, reportOnFatalError, reportOnSignal, reportOnUncaughtException }: Report) {
  return filename !== '' || directory !== '' || reportOnFatalError || reportOnSignal || reportOnUncaughtException
}

/** Where Node writes a report of a fatal error because somebody else wanted it; `undefined` where nobody did. */
function foreignReports(): string | undefined {
  const { directory, reportOnFatalError } = process.report
  return reportOnFatalError ? directory || process.cwd() : undefined
}

/**
 * Lets Node write its report of a fatal error to `file`, without the environment, which has secrets in it, and without the
 * addresses of sockets, which it would look up names for. Out of memory, Node heeds neither: only what it was started with.
 * Touches nothing that somebody else has chosen.
 *
 * @param isSafe whether there shall be none rather than one with the environment
 * @returns what puts everything back
 */
function armFatalReport(file: string | undefined, isSafe: boolean): () => void {
  const report: Report = process.report
  if (file === undefined || isForeign(report) || (isSafe && !report.excludeEnv)) return () => {}
  const { filename, reportOnFatalError, excludeEnv, excludeNetwork } = report
  // An absolute name, because a directory would be that of all reports, also of those that the service writes itself.
  Object.assign(report, { filename: file, reportOnFatalError: true, excludeEnv: true, excludeNetwork: true })
  return () => {
    if (report.filename !== file) return
    Object.assign(report, { filename, reportOnFatalError, excludeEnv })
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork
  }
}

/** Where V8 puts snapshots of the heap: `--diagnostic-dir`, else the working directory. */
function heapSnapshotFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const flags = [...(env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv]
  for (const [index, flag] of flags.entries()) {
    const named = /^--diagnostic-dir=(.+)$/.exec(flag)?.[1]
    if (named !== undefined) return named
    if (flag === '--diagnostic-dir') return flags[index + 1]
  }
  return attempt(() => process.cwd())
}
