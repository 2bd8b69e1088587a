import type { Socket } from 'node:net'

import type { Clock } from '../core/clock.ts'

/**
 * Closes in the order that loses nothing: our FIN after everything that is still to be sent, then read on and throw
 * away until the client's FIN, which says that it has everything; only then, or after `limitMs`, the socket goes.
 *
 * Closing at once, as Node does, answers bytes that are still on their way with a reset, and a reset can take the end
 * of the last answer with it. It would also end a process whose kernel still holds part of an answer, and a container's
 * network goes with its last process.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function lingeringClose(socket: Socket, clock: Clock, limitMs: number): void {
  if (socket.destroyed) return
  socket.end()
  const cancel = clock.schedule(limitMs, () => socket.destroy())
  socket.once('close', cancel)
}
