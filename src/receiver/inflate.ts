import type { Transform } from 'node:stream'
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { BodyBuffer } from './body-buffer.ts'
import type { BufferShare } from './buffer-budget.ts'
import { type Failure, failure } from './failure.ts'

/** How much one step of decompression gives: also how far it can go beyond a limit before it is stopped. */
export const INFLATE_CHUNK_BYTES = 64 * 1024

const OPTIONS = { chunkSize: INFLATE_CHUNK_BYTES }

/** By name of the encoding, in HTTP and in gRPC. */
const INFLATERS = {
  gzip: () => createGunzip(OPTIONS),
  'x-gzip': () => createGunzip(OPTIONS),
  // HTTP means zlib's format by "deflate", yet some send the bare one; zlib's has 8 in the low half of its first byte.
  deflate: (bytes) => (((bytes[0] ?? 0) & 0x0f) === 8 ? createInflate(OPTIONS) : createInflateRaw(OPTIONS)),
} as const satisfies Record<string, (bytes: Uint8Array) => Transform>

export type Encoding = keyof typeof INFLATERS

/** What `Accept-Encoding` says. */
export const ENCODINGS = 'gzip, deflate'
/** What `grpc-accept-encoding` says. */
export const GRPC_ENCODINGS = 'identity, gzip, deflate'

export function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(INFLATERS, name)
}

export interface InflateLimits {
  /** Of what comes out. */
  readonly maxBytes: number
  readonly share: BufferShare
  /** Told of every piece that came out, also of the one that was too much. */
  readonly onInflated: (bytes: number) => void
}

/**
 * Decompresses step by step and stops at the limit: a bomb never gets to unfold. Resolves with the bytes or with a
 * failure; never rejects.
 */
export function inflate(bytes: Uint8Array, encoding: Encoding, limits: InflateLimits): Promise<Uint8Array | Failure> {
  return new Promise((resolve) => {
    const body = new BodyBuffer(limits.maxBytes, limits.share)
    const inflater: Transform = INFLATERS[encoding](bytes)
    inflater.on('data', (piece: Buffer) => {
      limits.onInflated(piece.byteLength)
      const refusal = body.append(piece)
      if (refusal === undefined) return
      inflater.destroy()
      resolve(refusal)
    })
    inflater.on('end', () => resolve(body.bytes))
    inflater.on('error', () => resolve(failure('badCompression', `The request is not valid ${encoding}`)))
    inflater.end(bytes)
  })
}
