import type { Clock } from '../core/clock.ts'
import { describeKind } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { MAX_LISTED_WORK, type OpenWork } from './open-work.ts'

interface OpenJob {
  readonly name: string
  readonly startedAt: number
}

/** Counts of a ledger since its beginning. `started = done + failed + abandoned + in flight`, at any time. */
export interface WorkTotals {
  readonly started: number
  readonly done: number
  /** Threw or rejected. */
  readonly failed: number
  /** Those of the failed that did so after the soft deadline: they were told to, and gave back what they had. */
  readonly interrupted: number
  /** Still running when their time was over. */
  readonly abandoned: number
}

/** What a piece of work is told. */
export interface WorkContext {
  /** Aborted at the soft deadline of a shutdown: give back what is not done, and end. */
  readonly signal: AbortSignal
}

/** What a piece of work is begun in, such as a context of its own: calls `work`, once and at once. */
export type WorkAround = <R>(work: () => R) => R

const MAX_NAME_LENGTH = 256

/** Keeps account of work that is no request: jobs of consumers, promises in the background. Each is counted once. */
export class WorkLedger {
  readonly #clock: Clock
  readonly #around: WorkAround | undefined
  readonly #open = new Set<OpenJob>()
  readonly #softDeadline = new AbortController()
  #whenEmpty: (() => void)[] = []
  #isClosed = false
  #started = 0
  #done = 0
  #failed = 0
  #interrupted = 0
  #abandoned = 0

  /** @param around what each piece of work is begun in @default nothing */
  constructor(clock: Clock, around?: WorkAround) {
    this.#clock = clock
    this.#around = around
  }

  get inFlight(): number {
    return this.#open.size
  }

  get totals(): WorkTotals {
    return {
      started: this.#started,
      done: this.#done,
      failed: this.#failed,
      interrupted: this.#interrupted,
      abandoned: this.#abandoned,
    }
  }

  /** Aborted at the soft deadline of a shutdown: work that listens can give back what it has taken. */
  get signal(): AbortSignal {
    return this.#softDeadline.signal
  }

  /**
   * Runs `work` and counts it until its promise settles. Its result and its error are the caller's, as without a ledger.
   *
   * @param name what reports call it; no arguments or payload in it
   * @throws {@link SeaworthyError} `SEA_WORK_REFUSED` once the ledger is closed; `work` is then not called
   */
  async run<T>(name: string, work: (context: WorkContext) => T | Promise<T>): Promise<T> {
    if (this.#isClosed) {
      // A loop that takes one job after the other must not keep the event loop from everything else.
      await new Promise((resolve) => setImmediate(resolve))
      throw refused(name)
    }
    if (typeof name !== 'string' || typeof work !== 'function') throw notRunnable(name, work)
    const job: OpenJob = { name: name.slice(0, MAX_NAME_LENGTH), startedAt: this.#clock.now() }
    this.#open.add(job)
    this.#started++
    try {
      const around = this.#around
      const result = await (around === undefined
        ? work({ signal: this.signal })
        : around(() => work({ signal: this.signal })))
      this.#end(job, 'done')
      return result
    } catch (error) {
      this.#end(job, 'failed')
      throw error
    }
  }

  /** The work in flight, the oldest first. */
  openWork(): readonly OpenWork[] {
    const now = this.#clock.now()
    return [...this.#open].map(({ name, startedAt }) => ({ kind: 'job', name, ageMs: Math.round(now - startedAt) }))
  }

  /** Aborts {@link signal}. */
  abort(reason: Error): void {
    this.#softDeadline.abort(reason)
  }

  /** Resolves when nothing is in flight; at once when that is so now. More may have begun by then. */
  whenEmpty(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenEmpty.push(resolve))
  }

  /** From now on nothing is begun any more: nobody would wait for it. What is in flight goes on. */
  close(): void {
    this.#isClosed = true
  }

  /**
   * Closes, and gives up what is still in flight: counted as abandoned, whatever becomes of it.
   *
   * @returns the oldest of it, at most {@link MAX_LISTED_WORK}
   */
  abandon(): readonly OpenWork[] {
    this.close()
    const left = this.openWork().slice(0, MAX_LISTED_WORK)
    this.#abandoned += this.#open.size
    this.#open.clear()
    this.#wake()
    return left
  }

  #end(job: OpenJob, outcome: 'done' | 'failed'): void {
    if (!this.#open.delete(job)) return
    if (outcome === 'done') this.#done++
    else {
      this.#failed++
      if (this.signal.aborted) this.#interrupted++
    }
    if (this.#open.size === 0) this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#whenEmpty.splice(0)) resolve()
  }
}

function refused(name: string): SeaworthyError {
  return new SeaworthyError(
    'SEA_WORK_REFUSED',
    `"${name.slice(0, MAX_NAME_LENGTH)}" was to begin when the service no longer waited for work`,
    { hint: 'Begin work while the service runs or drains; what comes later belongs to another replica.' },
  )
}

function notRunnable(name: unknown, work: unknown): SeaworthyError {
  const got = `${describeArgument(name)} and ${describeArgument(work)}`
  return new SeaworthyError('SEA_OPTIONS_INVALID', `Work needs a name and a function that begins it, got ${got}`, {
    hint: 'Pass both: background("send receipt", ({ signal }) => send(order, { signal })).',
  })
}

function describeArgument(value: unknown): string {
  if (value === undefined) return 'nothing'
  return value instanceof Promise ? 'a promise, which has begun already' : describeKind(value)
}

/**
 * Why the signal of a piece of work is aborted by a shutdown, in the words that a request hears, too. What takes a
 * signal tells an abort from a failure by the name `AbortError`.
 */
export function endReason(component: string): Error {
  return new DOMException(`"${component}" is shutting down`, 'AbortError')
}
