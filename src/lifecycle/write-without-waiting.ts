import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'

/** How long a wait for room sleeps between two attempts. */
const STEP_MS = 5

/**
 * Writes to a file descriptor, synchronously, without being held up by a reader that has stopped reading: a pipe is opened
 * once more, non-blocking, and after `limitMs` the rest is given up.
 */
export function writeWithoutWaiting(fd: number, text: string, limitMs: number): void {
  const own = openOwn(fd)
  try {
    writeWithin(own ?? fd, Buffer.from(text), limitMs)
  } catch {
    // Nobody reads any more.
  } finally {
    if (own !== undefined) closeSync(own)
  }
}

function writeWithin(fd: number, bytes: Buffer, limitMs: number): void {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  let written = 0
  for (let waitedMs = 0; written < bytes.length && waitedMs <= limitMs;) {
    try {
      written += writeSync(fd, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(cell, 0, 0, STEP_MS)
      waitedMs += STEP_MS
    }
  }
}

function openOwn(fd: number): number | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // A pipe of another user, or no /proc: what is left is the descriptor itself.
    return undefined
  }
}
