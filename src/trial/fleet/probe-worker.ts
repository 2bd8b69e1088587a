import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import type { Random } from '../../load/random.ts'

/** When a probe is asked, and how often in a row it has to say something until it is believed. */
export interface ProbeTiming {
  readonly periodMs: number
  readonly failureThreshold: number
  /** @default 1 */
  readonly successThreshold?: number
  readonly initialDelayMs: number
}

export interface ProbeWorkerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly timing: ProbeTiming
  /** Asks once, on a connection of its own, and knows its own time limit. Never rejects. */
  readonly ask: () => Promise<boolean>
  /** Called at each result that is believed, also when it is the same as before. */
  readonly onResult: (isSuccess: boolean) => void
}

/**
 * Asks one probe of one container as a kubelet does: the first time at a random moment within a period, then once a period,
 * one after the other.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/kubelet/prober/worker.go
 */
export class ProbeWorker {
  readonly #options: ProbeWorkerOptions
  readonly #stopped = new AbortController()

  constructor(options: ProbeWorkerOptions) {
    this.#options = options
  }

  /** Begins; the container runs from now on. */
  start(): void {
    void this.#run()
  }

  /** Asks no more; an answer that is still on its way is not heard. */
  stop(): void {
    this.#stopped.abort()
  }

  async #run(): Promise<void> {
    const { clock, random, timing, ask, onResult } = this.#options
    const { periodMs, failureThreshold, successThreshold = 1, initialDelayMs } = timing
    const { signal } = this.#stopped
    const startedAt = clock.now()
    let dueAt = startedAt + random.ratio() * periodMs
    let last: boolean | undefined
    let inARow = 0
    for (;;) {
      await sleep(clock, Math.max(0, dueAt - clock.now()), { signal })
      if (signal.aborted) return
      if (clock.now() - startedAt >= initialDelayMs) {
        const isSuccess = await ask()
        if (signal.aborted) return
        inARow = isSuccess === last ? inARow + 1 : 1
        last = isSuccess
        if (inARow >= (isSuccess ? successThreshold : failureThreshold)) onResult(isSuccess)
      }
      // Of the beats that a slow answer has missed, one is made up for.
      dueAt = Math.max(dueAt + periodMs, clock.now())
    }
  }
}
