/**
 * Remembers who calls `callee` now, for an error that is made later: its own stack would begin at the timer that made
 * it, and lead nobody to the line that waited.
 *
 * @returns gives an error the stack of that call
 */
export function rememberCall(callee: Function): <E extends Error>(error: E) => E {
  const called = new Error()
  Error.captureStackTrace(called, callee)
  return (error) => {
    const { stack = '' } = called
    const frames = stack.indexOf('\n    at ')
    if (frames !== -1) error.stack = `${error.name}: ${error.message}${stack.slice(frames)}`
    return error
  }
}
