import type { Exit } from '../process/start-service.ts'
import type { SystemService } from './start-system-service.ts'

/** Tasks that come while the workers are restarted, and how many. */
export interface Feed {
  readonly count: number
  send(index: number): Promise<unknown>
}

const BETWEEN_MS = 10

/**
 * Replaces each of two workers, one after the other, so many times, while tasks come in: a new one starts, then the old
 * one gets SIGTERM. At last the remaining two are stopped when `whenDone` has resolved.
 *
 * @returns how each worker ended
 */
export async function restartWorkers(
  rounds: number,
  feed: Feed,
  start: () => Promise<SystemService>,
  whenDone: () => Promise<void>,
): Promise<readonly Exit[]> {
  await using stack = new AsyncDisposableStack()
  const startOwned = async (): Promise<SystemService> => stack.use(await start())
  const feeding = (async () => {
    for (let index = 0; index < feed.count; index++) {
      await feed.send(index)
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    }
  })()
  const exits: Exit[] = []
  const end = async (worker: SystemService): Promise<void> => {
    worker.kill('SIGTERM')
    exits.push(await worker.exit)
  }
  let workers = await Promise.all([startOwned(), startOwned()])
  for (let round = 0; round < rounds; round++) {
    const replaced: SystemService[] = []
    for (const old of workers) {
      replaced.push(await startOwned())
      await end(old)
    }
    workers = replaced as [SystemService, SystemService]
  }
  await feeding
  await whenDone()
  for (const worker of workers) await end(worker)
  return exits
}
