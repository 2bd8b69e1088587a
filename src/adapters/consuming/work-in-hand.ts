import { isSeaworthyError, type Work } from 'seaworthy'

/** How a job that was taken ended, as far as its source has to know. */
export type JobEnd<T> =
  | { readonly how: 'done'; readonly value: T }
  | { readonly how: 'failed'; readonly error: unknown }
  /** It gave up at the soft deadline, or still ran when its time was over. It has to be done again, elsewhere. */
  | { readonly how: 'unfinished' }

type Job<T> = (context: { readonly signal: AbortSignal }) => T | Promise<T>

const UNFINISHED = { how: 'unfinished' } as const

/** The jobs that a consumer has taken from its source and neither acknowledged nor given back yet. */
export class WorkInHand {
  readonly #work: Work
  readonly #settling = new Set<Promise<unknown>>()
  readonly #overdue = new Set<() => void>()
  readonly #late = Promise.withResolvers<void>()
  readonly #pausing = new AbortController()

  constructor(work: Work) {
    this.#work = work
  }

  /** Whether the shutdown was announced: what still arrives goes back at once. */
  get isPaused(): boolean {
    return this.#pausing.signal.aborted
  }

  /** Aborted when the shutdown is announced. */
  get pausing(): AbortSignal {
    return this.#pausing.signal
  }

  /**
   * Takes nothing more. Resolves when `source`, which waits for the jobs in flight as well, has ended; at the soft
   * deadline even if it has not, because the jobs that are late are named one by one.
   */
  async pause(source: () => unknown): Promise<void> {
    this.#pausing.abort()
    const ending = (async () => await source())()
    // Who comes too late with a rejection comes for nobody.
    ending.catch(() => {})
    await Promise.race([ending, this.#late.promise])
  }

  /** The soft deadline has come, and there are jobs in flight. */
  beLate(): void {
    this.#late.resolve()
  }

  /**
   * Runs a job, then tells its source by `settle` how it ended; both are in the ledger of the service. Errors of the job
   * go to `settle`, errors of `settle` to the caller.
   */
  take<T, R>(name: string, job: Job<T>, settle: (end: JobEnd<T>) => R | Promise<R>): Promise<R> {
    const settled = this.#work
      .run(name, async ({ signal }) => {
        const end = await this.#end(job, signal)
        const settled = await settle(end)
        // The ledger takes a job for done unless it throws, however well its source has taken it.
        if (end.how !== 'done') throw new NotDone(settled)
        return settled
      })
      .catch(async (error: unknown) => {
        if (error instanceof NotDone) return error.settled as R
        if (isSeaworthyError(error, 'SEA_WORK_REFUSED')) return await settle(UNFINISHED)
        throw error
      })
    this.#settling.add(settled)
    const forget = (): void => void this.#settling.delete(settled)
    settled.then(forget, forget)
    return settled
  }

  /**
   * Ends every job in hand as unfinished, although it may go on running: its time is over.
   *
   * @returns whether there was any
   */
  giveBack(): boolean {
    const wasAny = this.#overdue.size > 0
    for (const end of this.#overdue) end()
    return wasAny
  }

  /** Resolves when nothing is in hand any more. Never rejects. */
  async whenSettled(): Promise<void> {
    while (this.#settling.size > 0) await Promise.allSettled(this.#settling)
  }

  async #end<T>(job: Job<T>, signal: AbortSignal): Promise<JobEnd<T>> {
    let end = (): void => {}
    const overdue = new Promise<JobEnd<T>>((resolve) => (end = () => resolve(UNFINISHED)))
    this.#overdue.add(end)
    const first = await Promise.race([run(job, signal), overdue])
    this.#overdue.delete(end)
    return first
  }
}

class NotDone extends Error {
  readonly settled: unknown

  constructor(settled: unknown) {
    super('the job was not done')
    this.settled = settled
  }
}

async function run<T>(job: Job<T>, signal: AbortSignal): Promise<JobEnd<T>> {
  try {
    return { how: 'done', value: await job({ signal }) }
  } catch (error) {
    // After the soft deadline an error is an answer to the signal: to fail the job for it would be to lose it.
    return signal.aborted ? UNFINISHED : { how: 'failed', error }
  }
}
