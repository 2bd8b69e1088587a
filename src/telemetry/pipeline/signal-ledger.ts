import type { DropReason, SignalAccount } from './signal-account.ts'

/**
 * Keeps the account of a signal. What comes in is pending; from there, and from the disk, everything is booked to one
 * other place, so that it balances at every moment.
 */
export class SignalLedger {
  #created = 0
  #adopted = 0
  #delivered = 0
  #rejected = 0
  #spooled = 0
  #pending = 0
  readonly #dropped: Partial<Record<DropReason, number>> = {}

  get account(): SignalAccount {
    return {
      created: this.#created,
      ...(this.#adopted === 0 ? {} : { adopted: this.#adopted }),
      delivered: this.#delivered,
      rejected: this.#rejected,
      spooled: this.#spooled,
      dropped: { ...this.#dropped },
      pending: this.#pending,
    }
  }

  get pending(): number {
    return this.#pending
  }

  get spooled(): number {
    return this.#spooled
  }

  create(count: number): void {
    this.#created += count
    this.#pending += count
  }

  /** An earlier process created them and left them on disk. */
  adopt(count: number): void {
    this.#created += count
    this.#adopted += count
    this.#spooled += count
  }

  /** From now on they are on disk. */
  store(count: number): void {
    this.#pending -= count
    this.#spooled += count
  }

  /** They no longer are on disk, and still in memory. */
  unstore(count: number): void {
    this.#pending += count
    this.#spooled -= count
  }

  /**
   * @param storedCount how many of them are on disk
   * @returns how many of them count as rejected: never more than there are
   */
  deliver(count: number, rejectedCount: number, storedCount = 0): number {
    // What a collector counts is its word only: a fraction or no number at all would never balance again.
    const said = Number.isFinite(rejectedCount) ? Math.trunc(rejectedCount) : 0
    const rejected = Math.min(count, Math.max(0, said))
    this.#pending -= count - storedCount
    this.#spooled -= storedCount
    this.#delivered += count - rejected
    this.#rejected += rejected
    return rejected
  }

  /** @param storedCount how many of them are on disk */
  drop(count: number, reason: DropReason, storedCount = 0): void {
    this.#pending -= count - storedCount
    this.#spooled -= storedCount
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count
  }
}
