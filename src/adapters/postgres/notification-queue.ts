import type { Log } from 'seaworthy'
import type { WorkInHand } from '../consuming/work-in-hand.ts'

interface QueuePlan {
  readonly hand: WorkInHand
  readonly log: Log
  readonly concurrency: number
}

type Handling = (context: { readonly signal: AbortSignal }) => unknown

/** Notifications are small and come in bursts. The sender gets no sign of ours, so there is no other way to slow it. */
const MAX_WAITING = 10_000

/** Handles what arrives in its order, so many at a time; the rest waits, and what is too much is dropped with a word. */
export class NotificationQueue {
  readonly #plan: QueuePlan
  readonly #waiting: (() => void)[] = []
  #handling = 0
  #dropped = 0

  constructor(plan: QueuePlan) {
    this.#plan = plan
  }

  /** Takes a notification; in the ledger from now on, because nobody else will get it. */
  add(name: string, handling: Handling): void {
    const { hand, log } = this.#plan
    if (this.#waiting.length >= MAX_WAITING) {
      if (this.#dropped === 0) log.error({ name }, `${MAX_WAITING} notifications wait already: more are dropped`)
      this.#dropped++
      return
    }
    void hand.take(
      name,
      async (context) => {
        await this.#turn()
        try {
          context.signal.throwIfAborted()
          await handling(context)
        } finally {
          this.#next()
        }
      },
      (end) => {
        if (end.how === 'failed') log.error({ err: end.error, name }, `a notification of ${name} failed`)
        if (end.how === 'unfinished') log.warn({ name }, `a notification of ${name} was not handled: there was no time`)
      },
    )
  }

  async #turn(): Promise<void> {
    if (this.#handling < this.#plan.concurrency) this.#handling++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) next()
    else this.#handling--
    if (this.#waiting.length > 0 || this.#dropped === 0) return
    this.#plan.log.warn({ dropped: this.#dropped }, `${this.#dropped} notifications were dropped`)
    this.#dropped = 0
  }
}
