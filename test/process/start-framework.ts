import { type RunningProgram, startProgram } from './start-service.ts'

/** A service of `services/frameworks`, once it listens. */
export interface RunningFramework extends RunningProgram {
  readonly port: number
  /** The report of the shutdown, from the log. */
  report(): Readonly<Record<string, unknown>>
}

export async function startFramework(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningFramework> {
  const program = startProgram(new URL(`services/frameworks/${name}.ts`, import.meta.url), {
    OTEL_SDK_DISABLED: 'true',
    SEAWORTHY_ADMIN_PORT: '0',
    ...env,
  })
  try {
    if (env['ALONE'] !== '1') await program.line('shop is ready')
    const line = await program.line('listening on http')
    const { msg } = JSON.parse(line) as { readonly msg: string }
    return {
      ...program,
      port: Number(/:(\d+)/.exec(msg.replace('://', ''))?.[1]),
      report() {
        for (const each of program.lines) {
          const { shutdown } = JSON.parse(each) as { readonly shutdown?: Readonly<Record<string, unknown>> }
          if (shutdown !== undefined) return shutdown
        }
        throw new Error(`no report in the log:\n${program.lines.join('\n')}`)
      },
    }
  } catch (error) {
    await program[Symbol.asyncDispose]()
    throw error
  }
}
