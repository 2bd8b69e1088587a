import type { Socket } from 'node:net'

const CLOSE_FRAME = 0x88
/** "An endpoint is going away, such as a server going down": clients that reconnect do so on it (RFC 6455 §7.4.1). */
const GOING_AWAY = 1001
/** A control frame carries 125 bytes, two of which are the code. */
const MAX_REASON_BYTES = 123

/** The close frame of a server: unmasked, with the code 1001. */
export function closeFrame(reason: string): Buffer {
  const text = Buffer.from(reason)
  const payload = text.length > MAX_REASON_BYTES ? Buffer.alloc(0) : text
  const frame = Buffer.alloc(4 + payload.length)
  frame[0] = CLOSE_FRAME
  frame[1] = 2 + payload.length
  frame.writeUInt16BE(GOING_AWAY, 2)
  payload.copy(frame, 4)
  return frame
}

/**
 * Whether frames may be put between what others write to `socket`. Libraries write each frame in one go, so between two
 * turns of the event loop a frame is whole; bytes that are piped through from elsewhere (a proxy) end anywhere.
 */
export function hasWholeFrames(socket: Socket): boolean {
  // What `pipe()` puts on its destination.
  return socket.listenerCount('unpipe') === 0
}

/**
 * Says goodbye on a WebSocket, whatever library holds it: a close frame behind everything that was written so far. The
 * client answers with a close frame of its own, on which the library ends the connection as on any close by a client.
 * What is written after it is thrown away, because nothing may follow a close frame (RFC 6455 §5.5.1).
 */
export function sayWebSocketGoodbye(socket: Socket, reason: string): void {
  socket.write(closeFrame(reason))
  socket.write = (...args: unknown[]): boolean => {
    const callback = args.findLast((each) => typeof each === 'function') as (() => void) | undefined
    if (callback !== undefined) process.nextTick(callback)
    return true
  }
}
