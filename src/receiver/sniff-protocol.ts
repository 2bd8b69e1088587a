import type { Socket } from 'node:net'
import type { Clock } from '../core/clock.ts'

/**
 * What a client sends first when it knows that the server speaks HTTP/2. Nothing else can begin so.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-3.4
 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** `silent`: no decision in time. `gone`: the connection ended before there was one. */
export type Opening = 'http1' | 'http2' | 'silent' | 'gone'

/**
 * Decides by the first bytes of a connection which protocol it speaks, and calls `decided` once. The bytes are put back,
 * so that a server can read the connection from its beginning.
 */
export function sniffProtocol(
  socket: Socket,
  clock: Clock,
  limitMs: number,
  decided: (opening: Opening) => void,
): void {
  let seen: Buffer = Buffer.alloc(0)
  const finish = (opening: Opening): void => {
    cancel()
    socket.off('readable', onReadable).off('end', onGone).off('close', onGone)
    if (seen.byteLength > 0 && (opening === 'http1' || opening === 'http2')) socket.unshift(seen)
    decided(opening)
  }
  const onReadable = (): void => {
    for (let chunk = read(socket); chunk !== null; chunk = read(socket)) seen = Buffer.concat([seen, chunk])
    const length = Math.min(seen.byteLength, PREFACE.byteLength)
    if (length === 0) return
    if (!seen.subarray(0, length).equals(PREFACE.subarray(0, length))) finish('http1')
    else if (length === PREFACE.byteLength) finish('http2')
  }
  const onGone = (): void => finish('gone')
  const cancel = clock.schedule(limitMs, () => finish('silent'), { keepAlive: false })
  socket.on('readable', onReadable).on('end', onGone).on('close', onGone)
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null
}
