import { spawnSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A pipe whose reader has not begun: it holds 64 KiB on Linux. */
export interface UnreadPipe {
  /** For the process that writes; closed here by {@link UnreadPipe.handOver}. */
  readonly writer: number
  handOver(): void
  /** Begins to read. */
  open(): Socket
  remove(): void
}

/** A named pipe with both ends open, the reading one not read. */
export function makeUnreadPipe(): UnreadPipe {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'))
  const path = join(folder, 'pipe')
  const made = spawnSync('mkfifo', [path])
  if (made.status !== 0) throw new Error(`mkfifo: ${String(made.stderr)}`)
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(path, constants.O_WRONLY)
  let isOpened = false
  return {
    writer,
    handOver: () => closeSync(writer),
    open() {
      isOpened = true
      return new Socket({ fd, readable: true, writable: false })
    },
    remove() {
      if (!isOpened) closeSync(fd)
      rmSync(folder, { recursive: true })
    },
  }
}
