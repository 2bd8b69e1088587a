import { type ProgramSettings, type RunningProgram, startProgram } from './start-service.ts'

/** An application with `seaworthy/register` before it. */
export interface RegisteredProgram extends RunningProgram {
  /** Where it answers, from the line that begins with `ready`. */
  readonly url: string
  /** Where the probes are. */
  readonly adminUrl: string
  /** What Seaworthy has said: the lines of standard error that are JSON. */
  log(): readonly LogLine[]
  /** The report of the shutdown. */
  report(): Readonly<Record<string, unknown>>
}

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

export const REGISTER = ['--import', 'seaworthy/register'] as const

/** The same for `NODE_OPTIONS`, where it also reaches the children of a program. */
export function toNodeOptions(flags: readonly string[]): string {
  const condition = process.env['SEAWORTHY_TEST_DIST'] === '1' ? [] : ['--conditions=seaworthy-source']
  return [...condition, ...flags].join(' ')
}

/** No drain delay, no telemetry, any free port for the probes; what is said is said to the test. */
export const QUICK = {
  SEAWORTHY_ADMIN_PORT: '0',
  SEAWORTHY_DRAIN_DELAY: '0',
  SEAWORTHY_GRACE_SECONDS: '60',
  SEAWORTHY_LOG_LEVEL: 'info',
  OTEL_SDK_DISABLED: 'true',
} as const

/** Starts `services/registered/application.mjs` with that case, and waits until its probes are answered. */
export function startApplication(
  name: string,
  env: Readonly<Record<string, string>> = {},
  settings: ProgramSettings = {},
): Promise<RegisteredProgram> {
  const file = new URL('services/registered/application.mjs', import.meta.url)
  return startRegistered(file, { CASE: name, ...env }, settings)
}

/** Starts any program with `seaworthy/register`, and waits until its probes are answered. */
export async function startRegistered(
  file: URL,
  env: Readonly<Record<string, string>> = {},
  settings: ProgramSettings = {},
): Promise<RegisteredProgram> {
  const program = startProgram(file, { ...QUICK, ...env }, { flags: REGISTER, ...settings })
  try {
    await program.line('probes are answered at')
  } catch (error) {
    await program[Symbol.asyncDispose]()
    throw error
  }
  const log = (): readonly LogLine[] =>
    program.errorLines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine)
  const find = (what: string, pick: (line: LogLine) => unknown): unknown => {
    const found = log()
      .map(pick)
      .find((value) => value !== undefined)
    if (found === undefined) throw new Error(`no ${what} in the log:\n${program.errorLines.join('\n')}`)
    return found
  }
  return {
    ...program,
    get url() {
      const line = program.lines.find((each) => each.startsWith('ready ')) ?? ''
      return line.slice('ready '.length)
    },
    get adminUrl() {
      return String(find('admin URL', ({ admin }) => admin))
    },
    log,
    report: () => find('report', ({ shutdown }) => shutdown) as Readonly<Record<string, unknown>>,
  }
}
