import { appendFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** A job of the services under test, and how it behaves. */
export interface Task {
  readonly id: string
  readonly takesMs: number
  /** How long it takes when it is done again. @default as long as before */
  readonly againMs?: number
  /** Whether it goes on when it is told to give up. */
  readonly isDeaf?: boolean
}

const { LEDGER = '' } = process.env

/** Does a task, and writes what happens to it into a file that outlives every worker. */
export async function doTask(task: Task, isAgain: boolean, signal: AbortSignal): Promise<void> {
  // A short line is appended whole, whoever else appends at the same time.
  const note = (what: string): void => appendFileSync(LEDGER, `${what} ${task.id} ${process.pid}\n`)
  note('begun')
  console.log(`begun ${task.id}`)
  try {
    const { takesMs, againMs = takesMs, isDeaf = false } = task
    await wait(isAgain ? againMs : takesMs, undefined, isDeaf ? {} : { signal })
  } catch (error) {
    note('cut')
    throw error
  }
  note('done')
}
