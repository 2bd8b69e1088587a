import type { Clock } from '../core/clock.ts'
import type { Hook, HookContext } from '../lifecycle/hook.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import { type WorkAround, type WorkContext, WorkLedger } from '../lifecycle/work-ledger.ts'
import { abandonLeft, endWork } from './end-work.ts'

/** What reports call the promises of the service itself; no component can have this name. */
export const BACKGROUND = 'background'

/** Promises that nobody answers for: what a request leaves behind after its answer, a warm-up. A shutdown waits for them. */
export class BackgroundWork {
  readonly name = BACKGROUND
  readonly #clock: Clock
  readonly #ledger: WorkLedger
  #abandoned: readonly string[] | undefined

  /** @param around what each piece of work is begun in @default nothing */
  constructor(clock: Clock, around?: WorkAround) {
    this.#clock = clock
    this.#ledger = new WorkLedger(clock, around)
  }

  run<T>(name: string, work: (context: WorkContext) => T | Promise<T>): Promise<T> {
    return this.#ledger.run(name, work)
  }

  openWork(): readonly OpenWork[] {
    return this.#ledger.openWork()
  }

  /**
   * Adds the end of this work to those of the components: it is over only when they are, because a request in flight may
   * begin some more of it.
   */
  finishAfter(others: readonly Hook[]): readonly Hook[] {
    const ends: Promise<unknown>[] = []
    const watched = others.map((other): Hook => {
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.push(promise)
      return {
        ...other,
        async run(context) {
          try {
            return await other.run(context)
          } finally {
            resolve()
          }
        },
      }
    })
    const own = async ({ limitMs }: HookContext): Promise<void> => {
      const end = await endWork(this.#ledger, limitMs, {
        clock: this.#clock,
        name: BACKGROUND,
        noMore: Promise.all(ends),
        mayBeginLate: true,
      })
      this.#abandoned ??= end.abandoned
    }
    return [...watched, { name: BACKGROUND, run: own, isIdle: () => this.#ledger.inFlight === 0 }]
  }

  /** Counts for the report; none when there never was any work. */
  figures(): Readonly<Record<string, number>> | undefined {
    const { started, ...rest } = this.#ledger.totals
    return started === 0 ? undefined : { jobs: started, ...rest }
  }

  /** What did not end by itself, for the report; read when its slice is over. */
  aborted(): readonly string[] {
    // Where the event loop was blocked at the hard limit, the slice is over before anything has been abandoned.
    this.#abandoned ??= abandonLeft(this.#ledger)
    return this.#abandoned.map((work) => `${BACKGROUND}: ${work}`)
  }
}
