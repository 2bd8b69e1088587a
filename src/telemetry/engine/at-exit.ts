/**
 * Calls `work` when the process ends by itself, by `process.exit()` or by an uncaught exception, but not when it is
 * killed. It must do what it does synchronously.
 *
 * @returns takes it back
 */
export function atExit(work: () => void): () => void {
  process.on('exit', work)
  return () => void process.off('exit', work)
}
