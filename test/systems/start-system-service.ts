import { type RunningService, startProgram } from '../process/start-service.ts'

/** A service of `test/systems/services` that runs. */
export interface SystemService extends RunningService {
  /** The shutdown report: the last line of the log. */
  report(): Record<string, unknown>
}

/** Starts `test/systems/services/<name>.ts` and waits until its log says that it is ready. */
export async function startSystemService(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<SystemService> {
  const program = startProgram(new URL(`services/${name}.ts`, import.meta.url), {
    OTEL_SDK_DISABLED: 'true',
    SEAWORTHY_ADMIN_PORT: '0',
    ...env,
  })
  try {
    const ready = await program.line('is ready"')
    return { ...program, ready, report: () => lastReport(program.lines) }
  } catch (error) {
    await program[Symbol.asyncDispose]()
    throw error
  }
}

function lastReport(lines: readonly string[]): Record<string, unknown> {
  const line = lines.findLast((each) => each.includes('"shutdown":'))
  if (line === undefined) throw new Error(`no shutdown report in:\n${lines.join('\n')}`)
  return (JSON.parse(line) as { shutdown: Record<string, unknown> }).shutdown
}
