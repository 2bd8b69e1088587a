/** The exit codes of the command line, a public contract. A signal ends it with 128 plus its number, as shells do. */
export const CLI_EXIT_CODE = {
  ok: 0,
  /** Findings, a failed trial, or a service that is not healthy. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** The service under test could not be started, or the harness failed. */
  notStarted: 3,
  /** Inconclusive, under `--strict`. */
  inconclusive: 4,
  /** A bug of ours. */
  bug: 70,
} as const
