import { close, read, writev, writevSync } from 'node:fs'

/**
 * Writes all of `buffers` at `position`, however many calls it takes. Since the place is given, the same may be written
 * again at the same time by {@link writeAllNow}: both put the same bytes to the same place.
 */
export function writeAll(
  fd: number,
  buffers: readonly Uint8Array[],
  position: number,
  done: (error: Error | null) => void,
): void {
  writev(fd, buffers, position, (error, written) => {
    if (error !== null) return done(error)
    const rest = restOf(buffers, written)
    if (rest === undefined) return done(null)
    if (written === 0) return done(new Error('nothing could be written'))
    writeAll(fd, [rest], position + written, done)
  })
}

/** The same, synchronously. @throws what the file system says */
export function writeAllNow(fd: number, buffers: readonly Uint8Array[], position: number): void {
  let left = buffers
  let at = position
  for (;;) {
    const written = writevSync(fd, left, at)
    const rest = restOf(left, written)
    if (rest === undefined) return
    if (written === 0) throw new Error('nothing could be written')
    left = [rest]
    at += written
  }
}

/** Fills `target` from `position` on. @returns how many bytes there were. Rejects with what the file system says. */
export async function readFully(fd: number, target: Buffer, position: number): Promise<number> {
  let filled = 0
  while (filled < target.byteLength) {
    const count = await readOnce(fd, target, filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return filled
}

/** Closes it in the background: whether that works is nobody's concern any more. */
export function closeQuietly(fd: number): void {
  close(fd, () => {})
}

function readOnce(fd: number, target: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, offset, target.byteLength - offset, position, (error, count) =>
      error === null ? resolve(count) : reject(error),
    )
  })
}

/** A partial write is rare (a disk that has just become full, a signal), so what is left may be copied. */
function restOf(buffers: readonly Uint8Array[], written: number): Buffer | undefined {
  let total = 0
  for (const buffer of buffers) total += buffer.byteLength
  return written >= total ? undefined : Buffer.concat(buffers).subarray(written)
}
