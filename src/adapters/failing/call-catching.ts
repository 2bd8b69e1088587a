/** Calls `work`, and hands to `fail` whatever it throws, or its promise is rejected with. */
export function callCatching(work: () => unknown, fail: (error: unknown) => void): void {
  try {
    const result = work()
    if (isThenable(result)) result.then(undefined, fail)
  } catch (error) {
    fail(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
