/** A mistake of whoever typed the command, told in one line. */
export class UsageError extends Error {}

/** Runs what a command does; wrong usage is one line on standard error and exit code 2, all else is a fault of ours. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    const isUsage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
    if (isUsage !== true) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 2
  }
}

/** Aborted by Ctrl-C or SIGTERM: whoever measures ends what it has started. */
export function untilInterrupted(): AbortSignal {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort())
  return abort.signal
}

/** Tells what `--check` found; each problem makes the exit code 1. */
export function report(problems: readonly string[], allIsWell: string): void {
  for (const problem of problems) process.stderr.write(`✗ ${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
  else process.stderr.write(`✓ ${allIsWell}\n`)
}
