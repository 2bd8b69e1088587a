/** Calls what must not be able to break a shutdown: telemetry, a log, an observer. What it throws is dropped. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
