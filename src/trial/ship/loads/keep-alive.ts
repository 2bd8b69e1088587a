import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import type { Client } from './client.ts'
import { callWhenDue } from './due-times.ts'
import type { LoadContext } from './load-context.ts'
import { openClient } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/** Requests that are due and wait for a connection; what is due beyond is not sent, and counted. */
const MAX_WAITING = 500

/** What {@link sendOnKeptConnections} is told. */
export interface KeepAliveOptions extends RequestShape {
  readonly connections: number
  readonly perSecond: number
}

/** A place for a connection; empty before the first and after one has ended. */
interface Slot {
  client?: Client
}

/** Requests over kept connections, or sessions of HTTP/2, each used in its turn and by one request at a time. */
export function sendOnKeptConnections(context: LoadContext, options: KeepAliveOptions): ActiveLoad {
  return new KeptConnections(context, options)
}

class KeptConnections extends ActiveLoad {
  readonly #context: LoadContext
  readonly #options: KeepAliveOptions
  readonly #slots: readonly Slot[]
  /** In the order in which they became idle: the first has waited longest. */
  #idle: Slot[]
  readonly #waiting: number[] = []
  #turn = 0

  constructor(context: LoadContext, options: KeepAliveOptions) {
    super()
    this.#context = context
    this.#options = options
    this.#slots = Array.from({ length: options.connections }, (): Slot => ({}))
    this.#idle = [...this.#slots]
    this.onSendingEnds(() => this.#waiting.splice(0))
    this.onStopped(() => {
      for (const { client } of this.#slots) client?.close()
    })
    callWhenDue(context, this, options.perSecond, (dueAt) => this.#arrive(dueAt))
  }

  #arrive(dueAt: number): void {
    // What is due on a connection that has ended goes elsewhere: the others do not get more than their share.
    if (!this.isOpening && this.#turn++ % this.#slots.length >= this.#standingCount()) return
    if (this.#waiting.length >= MAX_WAITING) this.drop()
    else this.#waiting.push(dueAt)
    this.#sendWaiting()
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0) {
      const slot = this.#takeIdle()
      if (slot === undefined) {
        // Nobody is left who could ever send it.
        if (!this.isOpening && this.inFlightCount === 0) this.#waiting.length = 0
        return
      }
      void this.#sendOn(slot, this.#waiting.shift() ?? this.#context.clock.now())
    }
  }

  #standingCount(): number {
    return this.#slots.filter(({ client }) => client?.isUsable === true).length
  }

  /** One whose connection stands, or may be opened. Those that stay empty are left out for good. */
  #takeIdle(): Slot | undefined {
    if (!this.isOpening) this.#idle = this.#idle.filter((slot) => slot.client?.isUsable === true)
    return this.#idle.shift()
  }

  async #sendOn(slot: Slot, dueAt: number): Promise<void> {
    if (slot.client?.isUsable !== true) slot.client = openClient(this.#context, 'keep-alive')
    await this.track(slot.client.send(prepareRequest(this.#context, 'keep-alive', this.#options), dueAt))
    this.#idle.push(slot)
    if (this.isSending) this.#sendWaiting()
  }
}
