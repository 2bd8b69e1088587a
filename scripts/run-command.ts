import { spawn } from 'node:child_process'
import { ROOT } from './repository-files.ts'

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command with its output going where ours goes, and resolves to its exit code; a signal counts as 1. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/** @throws Error when the command exits with anything but 0 */
export async function mustRun(command: string, args: readonly string[], options: CommandOptions = {}): Promise<void> {
  const code = await runCommand(command, args, options)
  if (code !== 0) throw new Error(`"${[command, ...args].join(' ')}" exited with ${code}`)
}
