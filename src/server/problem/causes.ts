/** How long a chain of causes is followed. */
const MAX_CAUSES = 8

/** Whether an error, or what led to it, is one that `isIt` looks for. */
export function isOrWasCausedBy(error: unknown, isIt: (error: object) => boolean): boolean {
  let each = error
  for (let depth = 0; depth < MAX_CAUSES && typeof each === 'object' && each !== null; depth++) {
    if (isIt(each)) return true
    each = (each as { readonly cause?: unknown }).cause
  }
  return false
}
