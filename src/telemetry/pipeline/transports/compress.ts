import { constants, createGzip } from 'node:zlib'

/** What is smaller gains nothing from compression. */
const SMALLEST_BYTES = 512
/** Handed to the compressor at once, and taken from it: each piece costs a round through the thread pool. */
const PIECE_BYTES = 64 * 1024
const SMALLEST_PIECE_BYTES = 4096

/** A body that is ready for the wire. */
export interface Payload {
  readonly pieces: readonly Uint8Array[]
  readonly byteLength: number
  readonly isCompressed: boolean
}

export function plainPayload(pieces: readonly Uint8Array[]): Payload {
  return { pieces, byteLength: sizeOf(pieces), isCompressed: false }
}

/**
 * Compresses in zlib's threads, chunk by chunk. Laying them end to end before would be simpler, and a megabyte of garbage
 * with each body: V8 then collects all of its heap after every tenth, on the loop of the service.
 *
 * The fastest level: telemetry repeats itself so much that the usual level costs half as much again for bodies that are
 * hardly smaller.
 */
export function gzipPayload(pieces: readonly Uint8Array[]): Promise<Payload> {
  const plain = plainPayload(pieces)
  if (plain.byteLength < SMALLEST_BYTES) return Promise.resolve(plain)
  const chunkSize = Math.max(SMALLEST_PIECE_BYTES, Math.min(PIECE_BYTES, plain.byteLength >> 3))
  const compressor = createGzip({ level: constants.Z_BEST_SPEED, chunkSize })
  return new Promise((resolve, reject) => {
    const compressed: Buffer[] = []
    compressor.on('data', (piece: Buffer) => compressed.push(piece))
    compressor.on('error', reject)
    compressor.on('end', () => resolve({ pieces: compressed, byteLength: sizeOf(compressed), isCompressed: true }))
    for (const piece of inLargePieces(pieces)) compressor.write(piece)
    compressor.end()
  })
}

/** The same bytes, small pieces joined. */
function inLargePieces(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const large: Uint8Array[] = []
  let small: Uint8Array[] = []
  let smallBytes = 0
  for (const [index, piece] of pieces.entries()) {
    small.push(piece)
    smallBytes += piece.byteLength
    if (smallBytes < PIECE_BYTES / 2 && index < pieces.length - 1) continue
    large.push(small.length === 1 ? piece : Buffer.concat(small, smallBytes))
    small = []
    smallBytes = 0
  }
  return large
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
}
