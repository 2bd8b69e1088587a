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
