/**
 * The exit codes of a service, a public contract. A second signal exits with 128 plus the signal's number, as shells
 * do. Lost telemetry is reported and never changes the code.
 */
export const EXIT_CODE = {
  /** Everything in flight ended, every component stopped. */
  clean: 0,
  /** Work was aborted, a hook failed or timed out, a listener or task failed, or an exception was not caught. */
  unclean: 1,
  /** The configuration was refused; nothing was started. */
  configuration: 2,
  /** Reserved: restarts of a supervised task went over their limit. */
  restartIntensity: 70,
} as const
