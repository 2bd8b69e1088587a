import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onProcessExit } from '../../core/process-exit.ts'

/** A folder for one process. */
export interface FreshFolder {
  readonly path: string
  /** Removes it with all that is in it. */
  remove(): Promise<void>
}

const REMOVAL = { recursive: true, force: true, maxRetries: 3 } as const

/**
 * An empty folder for a process: its `TMPDIR`, as a container has one of its own, and the place `{tmp}`. What a service leaves
 * there is neither found by the next one nor left behind. It is removed at the end of our own process at the latest, also
 * when that is interrupted.
 */
export async function makeFreshFolder(): Promise<FreshFolder> {
  const path = await mkdtemp(join(tmpdir(), 'seaworthy-trial-'))
  const forgetExit = onProcessExit(() => rmSync(path, REMOVAL))
  return {
    path,
    async remove() {
      await rm(path, REMOVAL)
      forgetExit()
    },
  }
}
