import { constants, createGzip } from 'node:zlib'
import { parseQualityList } from './quality-list.ts'

/** Compresses outside of the event loop. The quickest level: labels repeat so much that the others save little more. */
export async function gzipPieces(pieces: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED })
  const zipped: Uint8Array[] = []
  const ended = new Promise<void>((resolve, reject) => {
    gzip.on('data', (piece: Uint8Array) => void zipped.push(piece))
    gzip.on('error', reject)
    gzip.on('end', resolve)
  })
  for (const piece of pieces) gzip.write(piece)
  gzip.end()
  await ended
  return zipped
}

/** Whether `Accept-Encoding` names gzip, by itself or by `*`. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const choices = parseQualityList(acceptEncoding ?? '')
  const choice = choices.find(({ value }) => value === 'gzip') ?? choices.find(({ value }) => value === '*')
  return choice !== undefined && choice.quality > 0
}
