import type { SystemError } from './off-loop-messages.ts'

/** What of an error can be sent to another thread: a copy of it would have lost its code. */
export function toSystemError(error: unknown): SystemError {
  const { code, message } = error as Partial<NodeJS.ErrnoException>
  return { code, message: message ?? String(error) }
}
