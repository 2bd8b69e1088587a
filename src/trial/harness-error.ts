import type { HarnessError } from './report.ts'

const MAX_STACK_LINES = 12

/** What was thrown, as an error of the harness. */
export function toHarnessError(where: HarnessError['where'], what: string, thrown: unknown): HarnessError {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const lines = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MAX_STACK_LINES)
    .map((line) => line.trim())
  return { where, says: `${what}: ${message.split('\n')[0] ?? ''}`, lines }
}
