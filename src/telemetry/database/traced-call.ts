/** How many calls of the process are running inside of each other that have their span already. */
let running = 0

/** Whether what is running has been called through `DatabaseSpans`, which makes its span. */
export function isInDatabaseSpans(): boolean {
  return running > 0
}

/** Runs a call that returns when it has ended; what it does in between is covered by its span. */
export function runTraced<T>(call: () => T): T {
  running++
  try {
    return call()
  } finally {
    running--
  }
}
