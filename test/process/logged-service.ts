import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningProgram, startProgram } from './start-service.ts'

/** A service in a process of its own, with its log read as what it is: JSON. */
export interface LoggedService extends RunningProgram {
  /** Where the first listener is, once the service is ready. */
  readonly url: string
  /** Where the probes are, once the service is ready. */
  readonly adminUrl: string
  /** The lines of the log so far; anything else on standard output fails the read. */
  log(): readonly LogLine[]
  /** The report of the shutdown, from the log. */
  report(): Readonly<Record<string, unknown>>
  /** What is in the file that Kubernetes would show. */
  terminationLog(): string
}

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** Starts `services/<name>.ts` and waits until it is ready. Without telemetry, unless `env` says otherwise. */
export async function startLogged(name: string, env: Readonly<Record<string, string>> = {}): Promise<LoggedService> {
  const service = launchLogged(name, env)
  try {
    await service.line(`${name} is ready`)
    return service
  } catch (error) {
    await service[Symbol.asyncDispose]()
    throw error
  }
}

/** Starts it and does not wait. */
export function launchLogged(name: string, env: Readonly<Record<string, string>> = {}): LoggedService {
  const folder = mkdtempSync(join(tmpdir(), `seaworthy-${name}-`))
  const terminationLog = join(folder, 'termination-log')
  writeFileSync(terminationLog, '')
  const program = startProgram(new URL(`services/${name}.ts`, import.meta.url), {
    OTEL_SDK_DISABLED: 'true',
    SEAWORTHY_ADMIN_PORT: '0',
    SEAWORTHY_TERMINATION_LOG: terminationLog,
    ...env,
  })
  const log = (): readonly LogLine[] => program.lines.map((line) => JSON.parse(line) as LogLine)
  const find = (what: string, pick: (line: LogLine) => unknown): unknown => {
    const found = log()
      .map(pick)
      .find((value) => value !== undefined)
    if (found === undefined) throw new Error(`no ${what} in the log:\n${program.lines.join('\n')}`)
    return found
  }
  return {
    ...program,
    get url() {
      return String(find('URL', ({ msg }) => /^listening on (\S+)/.exec(msg)?.[1]))
    },
    get adminUrl() {
      return String(find('admin URL', ({ admin }) => admin))
    },
    log,
    report: () => find('report', ({ shutdown }) => shutdown) as Readonly<Record<string, unknown>>,
    terminationLog: () => readFileSync(terminationLog, 'utf8'),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
