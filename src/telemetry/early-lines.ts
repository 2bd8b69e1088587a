import type { SignalAccount } from './pipeline/signal-account.ts'

/** Enough for what a service says while it reads its configuration. */
const MAX_LINES = 1000

/** Log lines from before the start, when there is nothing yet that could send them. Keeps the first ones. */
export class EarlyLines {
  #lines: string[] = []
  #droppedCount = 0

  add(line: string): void {
    if (this.#lines.length < MAX_LINES) this.#lines.push(line)
    else this.#droppedCount++
  }

  /** Hands the lines over; from then on they are accounted for elsewhere. */
  take(): readonly string[] {
    return this.#lines.splice(0)
  }

  /** Hands over how many were too many; from then on they are accounted for elsewhere as well. */
  takeDropped(): number {
    const count = this.#droppedCount
    this.#droppedCount = 0
    return count
  }

  /** `account` with these lines in it. */
  addTo(account: SignalAccount): SignalAccount {
    if (this.#lines.length + this.#droppedCount === 0) return account
    const full = (account.dropped.queue_full ?? 0) + this.#droppedCount
    return {
      ...account,
      created: account.created + this.#lines.length + this.#droppedCount,
      dropped: full === 0 ? account.dropped : { ...account.dropped, queue_full: full },
      pending: account.pending + this.#lines.length,
    }
  }
}
