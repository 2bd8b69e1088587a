import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Deed = 'begun' | 'done' | 'cut'

/** What became of the tasks of a test, written by every worker of it. */
export interface TaskLedger extends AsyncDisposable {
  readonly path: string
  /** The ids of the tasks to which it happened, as often as it did, in alphabetical order. */
  ids(deed: Deed): readonly string[]
  /** Resolves when so many different tasks are done. */
  whenDone(count: number): Promise<void>
}

const LIMIT_MS = 40_000

export async function openTaskLedger(): Promise<TaskLedger> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-tasks-'))
  const path = join(folder, 'ledger')
  writeFileSync(path, '')
  const ids = (deed: Deed): readonly string[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([what, id = '']) => (what === deed ? [id] : []))
      .toSorted()
  return {
    path,
    ids,
    async whenDone(count) {
      const deadline = performance.now() + LIMIT_MS
      while (new Set(ids('done')).size < count) {
        if (performance.now() > deadline) throw new Error(`${new Set(ids('done')).size} of ${count} tasks are done`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
