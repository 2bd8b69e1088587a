import type { DropReason, SignalAccount } from './signal-account.ts'

/** Keeps the account of a signal: what comes in is pending until it is booked elsewhere, so that it always balances. */
export class SignalLedger {
  #created = 0
  #delivered = 0
  #rejected = 0
  #pending = 0
  readonly #dropped: Partial<Record<DropReason, number>> = {}

  get account(): SignalAccount {
    return {
      created: this.#created,
      delivered: this.#delivered,
      rejected: this.#rejected,
      dropped: { ...this.#dropped },
      pending: this.#pending,
    }
  }

  get pending(): number {
    return this.#pending
  }

  create(count: number): void {
    this.#created += count
    this.#pending += count
  }

  /** @returns how many of them count as rejected: never more than there are */
  deliver(count: number, rejectedCount: number): number {
    const rejected = Math.min(count, Math.max(0, rejectedCount))
    this.#pending -= count
    this.#delivered += count - rejected
    this.#rejected += rejected
    return rejected
  }

  drop(count: number, reason: DropReason): void {
    this.#pending -= count
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count
  }
}
