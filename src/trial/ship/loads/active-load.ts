import type { RunningLoad } from '../loads.ts'

/** The books of a load that goes on: what was sent, what is in flight, and how it ends. */
export class ActiveLoad implements RunningLoad {
  #sent = 0
  #inFlight = 0
  #dropped = 0
  #isSending = true
  #opens = true
  readonly #whenSendingEnds: (() => void)[] = []
  readonly #whenStopped: (() => void)[] = []
  readonly #waiting: (() => void)[] = []
  #stopping: Promise<void> | undefined

  get sentCount(): number {
    return this.#sent
  }

  get inFlightCount(): number {
    return this.#inFlight
  }

  get droppedCount(): number {
    return this.#dropped
  }

  /** Whether new requests are to be sent. */
  get isSending(): boolean {
    return this.#isSending
  }

  /** Whether new connections are to be opened. */
  get isOpening(): boolean {
    return this.#opens && this.#isSending
  }

  /** Something that was due is not sent. */
  drop(): void {
    this.#dropped++
  }

  /** Called once, when nothing new is to be sent. */
  onSendingEnds(callback: () => void): void {
    this.#whenSendingEnds.push(callback)
  }

  /** Called once, when everything is settled after {@link stop}: closes what is still open. */
  onStopped(callback: () => void): void {
    this.#whenStopped.push(callback)
  }

  /** Counts `work` as one request in flight until it settles. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#sent++
    this.#inFlight++
    try {
      return await work
    } finally {
      this.#inFlight--
      this.#wakeUp()
    }
  }

  openNoMore(): void {
    this.#opens = false
  }

  sendNoMore(): void {
    if (!this.#isSending) return
    this.#isSending = false
    for (const callback of this.#whenSendingEnds.splice(0)) callback()
    this.#wakeUp()
  }

  stop(): Promise<void> {
    this.sendNoMore()
    this.#stopping ??= this.#end()
    return this.#stopping
  }

  async #end(): Promise<void> {
    await this.#settled()
    for (const callback of this.#whenStopped.splice(0)) callback()
  }

  #settled(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wakeUp(): void {
    if (this.#inFlight === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
