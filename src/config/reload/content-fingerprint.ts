import { createHash } from 'node:crypto'
import { readBoundedBytes } from '../bounded-file.ts'

/** What files hold, as far as it matters whether it is the same as before. */
export interface ContentFingerprint {
  /** The same for the same content, and for the same reason why there is none. Not for showing: secrets are in it. */
  readonly hash: string
  /** Files that are there and hold nothing but white space, or a byte order mark. */
  readonly blank: readonly string[]
  /** The same for each file by itself. */
  readonly byFile?: ReadonlyMap<string, string>
}

/** White space, and the three bytes of a byte order mark. */
const SAYS_NOTHING = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf])

/**
 * Reads what all the files hold, one after the other: their content alone counts, so that an older time of modification,
 * another inode or a missed event can't hide a change. Never rejects.
 */
export async function readFingerprint(files: readonly string[]): Promise<ContentFingerprint> {
  const hash = createHash('sha256')
  const blank: string[] = []
  const byFile = new Map<string, string>()
  for (const file of files) {
    const read = await readBoundedBytes(file)
    const own = createHash('sha256')
      .update(read.bytes === undefined ? '-' : '+')
      .update(read.bytes ?? read.problem)
    if (read.bytes?.every((byte) => SAYS_NOTHING.has(byte)) === true) blank.push(file)
    const digest = own.digest('hex')
    byFile.set(file, digest)
    // Lengths first: what ends one name can't pass for the beginning of the next.
    hash.update(`${file.length} ${file} ${digest}\n`)
  }
  return { hash: hash.digest('hex'), blank, byFile }
}
