import type { Cancel, Clock } from './clock.ts'

interface Entry {
  readonly dueAt: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until a test moves it. Calls that fall due are made in order of time, then of scheduling. */
export class ManualClock implements Clock {
  #now = 0
  #order = 0
  readonly #entries = new Set<Entry>()

  now(): number {
    return this.#now
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    const entry: Entry = { dueAt: this.#now + Math.max(0, delayMs), order: this.#order++, callback }
    this.#entries.add(entry)
    return () => void this.#entries.delete(entry)
  }

  /** How many scheduled calls are still waiting: zero once nothing has been left behind. */
  get pending(): number {
    return this.#entries.size
  }

  /** Moves time on by `ms`, making each call that falls due at its own time and letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms
    await settleMicrotasks()
    for (let next = this.#nextDue(target); next !== undefined; next = this.#nextDue(target)) {
      this.#entries.delete(next)
      this.#now = next.dueAt
      next.callback()
      await settleMicrotasks()
    }
    this.#now = target
    await settleMicrotasks()
  }

  #nextDue(target: number): Entry | undefined {
    let first: Entry | undefined
    for (const entry of this.#entries) {
      if (entry.dueAt > target) continue
      if (
        first === undefined ||
        entry.dueAt < first.dueAt ||
        (entry.dueAt === first.dueAt && entry.order < first.order)
      ) {
        first = entry
      }
    }
    return first
  }
}

/** Two turns of the event loop: every promise chain that waits only on other promises has then run to its end. */
async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
