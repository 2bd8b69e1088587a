import { execFile } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Both ends of a pipe of the kernel. */
export interface RealPipe {
  readonly readEnd: number
  readonly writeEnd: number
}

const run = promisify(execFile)

/**
 * Pipes as a shell or a container runtime makes them: 64 KiB in the kernel, and they can be opened again by way of
 * `/dev/stdout`. What Node makes for a child is a pair of sockets, which holds more, and can't be opened again. Made by way
 * of files that are gone when this resolves; none where that can't be done.
 *
 * @see https://man7.org/linux/man-pages/man7/pipe.7.html
 */
export async function makeRealPipes(count: number): Promise<readonly RealPipe[]> {
  if (process.platform === 'win32') return []
  const pipes: RealPipe[] = []
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-pipe-'))
    const paths = Array.from({ length: count }, (_, index) => join(folder ?? '', String(index)))
    await run('mkfifo', ['-m', '600', ...paths])
    for (const path of paths) pipes.push(openBoth(path))
    return pipes
  } catch {
    for (const { readEnd, writeEnd } of pipes) for (const end of [readEnd, writeEnd]) closeSync(end)
    return []
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** The end for reading first: the one for writing would wait for it. */
function openBoth(path: string): RealPipe {
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return { readEnd, writeEnd: openSync(path, constants.O_WRONLY) }
  } catch (error) {
    closeSync(readEnd)
    throw error
  }
}
