import { writeSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { isTlsSocket } from './server-kind.ts'

/** What Node's handle of a TCP socket has, and does not document. */
interface Handle {
  readonly fd?: number
  readonly writeQueueSize?: number
}

/** GOAWAY on stream 0, its last stream the highest there can be, NO_ERROR: "I am about to stop", and no stream refused. */
const NOTICE = Buffer.from('0000080700000000007fffffff00000000', 'hex')

const MAX_ATTEMPTS = 10

/**
 * Writes a shutdown notice (RFC 9113 §6.8) to the connection of a session: the client opens no more streams, and those
 * that it has on the wire are still served.
 *
 * It is written past the session, straight to the socket, because the session's own `goaway()` can't: whichever last
 * stream it is told to name, the HTTP/2 library under Node ignores every stream that comes after it, and a request on
 * the wire would neither be served nor refused (measured on 22, 24 and 26). Between two writes of Node the stream of
 * bytes is always at the end of a frame, so this is done only while Node has no write waiting, and in one piece.
 *
 * @returns `sent`; `busy`: not now, because something is waiting to be written; `impossible`: never on this connection.
 *   TLS is of that kind: only Node's own write can encrypt, and a second one beside the session's ends the process
 */
export function writeNotice(socket: Duplex): 'sent' | 'busy' | 'impossible' {
  if (!canBeNoticed(socket)) return 'impossible'
  const { fd, writeQueueSize } = handleOf(socket) as Required<Handle>
  if (writeQueueSize > 0 || socket.writableLength > 0) return 'busy'
  let written = 0
  for (let attempt = 0; attempt < MAX_ATTEMPTS && written < NOTICE.length; attempt++) {
    try {
      written += writeSync(fd, NOTICE, written)
    } catch (error) {
      if (written === 0) return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 'busy' : 'impossible'
    }
  }
  if (written === NOTICE.length) return 'sent'
  // Part of a frame is out: nothing that follows would be understood.
  socket.destroy()
  return 'impossible'
}

/** Whether {@link writeNotice} can ever send one on this connection. */
export function canBeNoticed(socket: Duplex): boolean {
  if (isTlsSocket(socket) || socket.destroyed) return false
  const { fd = -1, writeQueueSize } = handleOf(socket) ?? {}
  return fd >= 0 && writeQueueSize !== undefined
}

function handleOf(socket: Duplex): Handle | null | undefined {
  return (socket as Duplex & { readonly _handle?: Handle | null })._handle
}
