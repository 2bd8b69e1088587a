import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface CommandOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line as a process. */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandOutcome> & {
  readonly signal: (signal: NodeJS.Signals) => void
  readonly onOutput: (listener: (text: string) => void) => void
  /** Nobody reads its standard output any more. */
  readonly closeOutput: () => void
} {
  const child = spawn(process.execPath, ['--conditions=seaworthy-source', MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const outcome = new Promise<CommandOutcome>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  )
  return Object.assign(outcome, {
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    onOutput: (listener: (text: string) => void) => void child.stdout.on('data', () => listener(stdout)),
    closeOutput: () => void child.stdout.destroy(),
  })
}
