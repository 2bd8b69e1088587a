import { type Clock, type Log, SeaworthyError, systemClock } from 'seaworthy'
import { stopLimit, type StopContext } from '../database/stop-limit.ts'
import { untilAborted } from '../database/unusable.ts'

/** What is kept open, and how. */
export interface LinkPlan<T> {
  /** How messages call it, such as `RabbitMQ`. */
  readonly name: string
  readonly log: Log
  /**
   * Opens it; `onLost` is to be called once when it is lost, whenever that is, and may be called again. When that is before
   * it is open, this is the reason why it can't be opened.
   */
  readonly open: (onLost: (why: unknown) => void) => Promise<T>
  /** Closes one that is still open, or what is left of a lost one. */
  readonly close: (link: T) => unknown
  /** Ends one at once whose close was not answered. @default nothing: it ends with the process */
  readonly cut?: (link: T) => unknown
  /** @default the real time */
  readonly clock?: Clock
}

/** One that is open. */
interface Held<T> {
  readonly link: T
  /** Aborted when it is lost, with the reason. */
  readonly lost: AbortController
}

/** A server that takes connections and says nothing would be waited for as long as it likes. */
const OPEN_LIMIT_MS = 30_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

/**
 * A connection that is opened again whenever it is lost: after half a second, then after twice as long each time up to
 * half a minute, less up to a half by chance, so that the clients of a server that comes back don't all come at once.
 */
export class KeptLink<T> {
  readonly #plan: LinkPlan<T>
  readonly #clock: Clock
  #held: Held<T> | undefined
  #lostBecause: unknown
  #attempts = 0
  #isEnding = false
  #ended: Promise<void> | undefined
  #closing: T | undefined
  #cancelPause = (): void => {}
  #opening: Promise<void> = Promise.resolve()

  private constructor(plan: LinkPlan<T>) {
    this.#plan = plan
    this.#clock = plan.clock ?? systemClock
  }

  /** Opens a connection for the first time; that it can't be opened is an error, as it is for a start. */
  static async open<T>(plan: LinkPlan<T>): Promise<KeptLink<T>> {
    const kept = new KeptLink(plan)
    await kept.#open()
    return kept
  }

  /** The connection, while it is there. */
  get current(): T | undefined {
    return this.#held?.link
  }

  /** @throws {@link SeaworthyError} `SEA_CONNECTION_LOST` while it is being opened again */
  requireOpen(): T {
    return this.#requireHeld().link
  }

  /**
   * Asks what is open something. A client may never answer what it was asked when its connection is lost: then this rejects
   * with the reason of the loss.
   *
   * @throws {@link SeaworthyError} `SEA_CONNECTION_LOST` while it is being opened again
   */
  async ask<Answer>(question: (link: T) => PromiseLike<Answer>): Promise<Answer> {
    const { link, lost } = this.#requireHeld()
    return await untilAborted(lost.signal, question(link))
  }

  /** Takes a connection for lost that has not said so itself. */
  drop(why: unknown): void {
    if (this.#held !== undefined) this.#lose(this.#held.lost, why)
  }

  /** Opens it no more when it is lost; one that is open stays so. */
  keepNoMore(): void {
    this.#isEnding = true
    this.#cancelPause()
  }

  /**
   * Opens it no more, and closes it when it is open. Safe to call again: every call waits for the same end.
   *
   * @param context of a stop: shortly before its time is over, what is not closed is cut. @default as long as it takes
   */
  async end(context?: StopContext): Promise<void> {
    this.#ended ??= this.#end()
    if (context === undefined) return await this.#ended
    const limit = stopLimit(context)
    try {
      await untilAborted(limit, this.#ended)
    } catch (error) {
      if (!limit.aborted) throw error
      const { name, log, cut } = this.#plan
      log.warn({}, `${name} did not answer the end of the connection in time: it is cut`)
      if (this.#closing !== undefined) cut?.(this.#closing)
    }
  }

  async #end(): Promise<void> {
    this.keepNoMore()
    await this.#opening
    const link = this.#held?.link
    this.#held = undefined
    this.#closing = link
    if (link !== undefined) await this.#plan.close(link)
  }

  async #open(): Promise<void> {
    const { name } = this.#plan
    const lost = new AbortController()
    const cancel = this.#clock.schedule(
      OPEN_LIMIT_MS,
      () => {
        const why = `${name} took the connection, and has not answered for ${OPEN_LIMIT_MS / 1000} s`
        const hint = `Check that ${name} works.`
        this.#lose(lost, new SeaworthyError('SEA_CONNECTION_LOST', why, { hint }))
      },
      { keepAlive: false },
    )
    try {
      await untilAborted(lost.signal, this.#hold(lost))
    } finally {
      cancel()
    }
  }

  /** What is open too late is closed again, and nobody has seen it. */
  async #hold(lost: AbortController): Promise<void> {
    const link = await this.#plan.open((why) => this.#lose(lost, why))
    if (lost.signal.aborted || this.#isEnding) await this.#plan.close(link)
    else this.#held = { link, lost }
  }

  #requireHeld(): Held<T> {
    if (this.#held !== undefined) return this.#held
    const { name } = this.#plan
    throw new SeaworthyError(
      'SEA_CONNECTION_LOST',
      `The connection to ${name} is lost, attempt ${this.#attempts} to open it again: ${describe(this.#lostBecause)}`,
      { hint: `Check that ${name} runs and can be reached.`, cause: this.#lostBecause },
    )
  }

  #lose(lost: AbortController, why: unknown): void {
    if (lost.signal.aborted) return
    lost.abort(why)
    // It may also be lost while it is being opened or closed.
    if (this.#held?.lost !== lost) return
    const { link } = this.#held
    this.#held = undefined
    this.#lostBecause = why
    const { name, log } = this.#plan
    log.error({ err: this.#lostBecause }, `the connection to ${name} is lost: ${describe(this.#lostBecause)}`)
    this.#attempts = 0
    // What is left of it: a channel can be lost without its connection.
    void (async () => await this.#plan.close(link))().catch(() => {})
    this.#openAgain()
  }

  #openAgain(): void {
    if (this.#isEnding) return
    const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempts)
    const pauseMs = longestMs * (1 - Math.random() / 2)
    this.#attempts++
    this.#cancelPause = this.#clock.schedule(
      pauseMs,
      () => {
        this.#opening = this.#open().then(
          () => this.#plan.log.info({ attempts: this.#attempts }, `connected to ${this.#plan.name} again`),
          (error: unknown) => {
            this.#lostBecause = error
            this.#plan.log.warn({ err: error }, `${this.#plan.name} can't be reached: ${describe(error)}`)
            this.#openAgain()
          },
        )
      },
      { keepAlive: false },
    )
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason given'
}
