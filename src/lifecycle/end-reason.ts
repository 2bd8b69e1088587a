/**
 * Why the signal of a piece of work is aborted by a shutdown, in the words that a request hears, too. What takes a
 * signal tells an abort from a failure by the name `AbortError`.
 */
export function endReason(component: string): Error {
  return new DOMException(`"${component}" is shutting down`, 'AbortError')
}
