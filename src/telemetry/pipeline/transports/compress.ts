import { constants, gzip } from 'node:zlib'

/** What is smaller gains nothing from compression. */
const SMALLEST_BYTES = 512
/** Memory of a compressor's output; in one piece if possible, because each costs a round through the thread pool. */
const LARGEST_PIECE_BYTES = 1024 * 1024
const SMALLEST_PIECE_BYTES = 4096

/** A body that is ready for the wire. */
export interface Payload {
  readonly pieces: readonly Uint8Array[]
  readonly byteLength: number
  readonly isCompressed: boolean
}

export function plainPayload(pieces: readonly Uint8Array[]): Payload {
  return { pieces, byteLength: pieces.reduce((sum, piece) => sum + piece.byteLength, 0), isCompressed: false }
}

/**
 * Compresses in zlib's threads, so that the event loop only lays the pieces end to end.
 *
 * The fastest level: telemetry repeats itself so much that the default level costs several times as much for bodies
 * that are hardly smaller.
 */
export function gzipPayload(pieces: readonly Uint8Array[]): Promise<Payload> {
  const plain = plainPayload(pieces)
  if (plain.byteLength < SMALLEST_BYTES) return Promise.resolve(plain)
  const [first = new Uint8Array()] = pieces
  const whole = pieces.length === 1 ? first : Buffer.concat(pieces, plain.byteLength)
  const chunkSize = Math.min(LARGEST_PIECE_BYTES, Math.max(SMALLEST_PIECE_BYTES, whole.byteLength >> 1))
  return new Promise((resolve, reject) => {
    gzip(whole, { level: constants.Z_BEST_SPEED, chunkSize }, (error, compressed) => {
      if (error === null) {
        resolve({ pieces: [compressed], byteLength: compressed.byteLength, isCompressed: true })
      } else {
        reject(error)
      }
    })
  })
}
