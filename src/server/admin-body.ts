import type { IncomingMessage } from 'node:http'

/** Many times what any page of the admin port takes. */
export const MAX_BODY_BYTES = 16_384

/**
 * The whole body of a request as UTF-8, or the status that it is refused with: 413 when it is larger than
 * {@link MAX_BODY_BYTES}, 400 when it ends early or is no UTF-8. How long it may take is a limit of the server.
 */
export function readBody(request: IncomingMessage): Promise<string | 400 | 413> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let bytes = 0
    const refuse = (status: 400 | 413): void => {
      // What still comes is nobody's: the answer closes the connection.
      request.removeAllListeners('data')
      resolve(status)
    }
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      refuse(413)
      return
    }
    request.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > MAX_BODY_BYTES) refuse(413)
      else pieces.push(piece)
    })
    request.once('end', () => resolve(toText(Buffer.concat(pieces))))
    request.once('error', () => refuse(400))
    request.once('close', () => refuse(400))
  })
}

function toText(bytes: Buffer): string | 400 {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return 400
  }
}
