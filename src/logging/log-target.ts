import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'

/** Where bytes of the log go. A parameter of the writer, so that a test can be a slow or a broken one. */
export interface LogTarget {
  /**
   * Takes as many of the bytes as there is room for, at once, and says how many.
   *
   * @throws the system's error: `EAGAIN` when there is no room now, `EPIPE` when nobody reads any more
   */
  write(bytes: string | Uint8Array): number
  close(): void
}

/**
 * The file descriptor as a target that never waits for a reader, when that is possible:
 *
 * - A pipe is opened once more by `/proc`, which gives a non-blocking description of our own. Setting the flag on the
 *   given one would set it for every process that shares it, such as the shell of an entry point, and they could switch
 *   it back.
 * - A socket (systemd's journal, a parent that is Node), and a pipe where that is not allowed, is made non-blocking by
 *   Node itself, the first time anyone asks for `process.stdout`.
 * - Files and terminals are written to synchronously: a file does not wait, and a terminal waits for its user.
 *
 * @see https://nodejs.org/api/process.html#a-note-on-process-io
 */
export function openLogTarget(fd: number): LogTarget {
  const own = openOwnDescription(fd)
  if (own !== undefined) return { write: (bytes) => writeTo(own, bytes), close: () => closeSync(own) }
  if (isPipeOrSocket(fd)) makeNonBlocking(fd)
  return { write: (bytes) => writeTo(fd, bytes), close: () => {} }
}

function writeTo(fd: number, bytes: string | Uint8Array): number {
  return typeof bytes === 'string' ? writeSync(fd, bytes) : writeSync(fd, bytes)
}

function openOwnDescription(fd: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    if (!fstatSync(fd).isFIFO()) return undefined
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // EACCES for a pipe that another user made, ENXIO when its reader is gone, ENOENT without /proc.
    return undefined
  }
}

function isPipeOrSocket(fd: number): boolean {
  try {
    const stat = fstatSync(fd)
    return stat.isFIFO() || stat.isSocket()
  } catch {
    return false
  }
}

function makeNonBlocking(fd: number): void {
  if (fd === 1) void process.stdout
  if (fd === 2) void process.stderr
}
