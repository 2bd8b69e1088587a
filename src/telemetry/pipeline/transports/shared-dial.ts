import type { Attempt, Limit } from './attempt.ts'

/** The limit of a connection that several attempts wait for: it ends when none of them waits any more. */
export class SharedDial implements Limit {
  readonly #waiting = new Set<Attempt>()
  readonly #cuts = new Set<() => void>()
  #stage = ''
  #isOver = false

  get stage(): string {
    return this.#stage
  }

  set stage(stage: string) {
    this.#stage = stage
    for (const attempt of this.#waiting) attempt.stage = stage
  }

  get isOver(): boolean {
    return this.#isOver
  }

  join(attempt: Attempt): void {
    this.#waiting.add(attempt)
    attempt.stage = this.#stage
    attempt.onEnd(() => {
      this.#waiting.delete(attempt)
      if (this.#waiting.size === 0) this.end()
    })
  }

  onEnd(cut: () => void): () => void {
    if (this.#isOver) cut()
    else this.#cuts.add(cut)
    return () => void this.#cuts.delete(cut)
  }

  end(): void {
    this.#isOver = true
    for (const cut of this.#cuts) cut()
    this.#cuts.clear()
  }
}
