import type { Socket } from 'node:net'

import type { Cancel, Clock } from '../../core/clock.ts'

type Item =
  | { readonly kind: 'data'; readonly bytes: Buffer; readonly dueAt: number }
  | { readonly kind: 'fin' | 'rst'; readonly dueAt: number }

/** More is not read until some of it has gone on. */
const MAX_HELD_BYTES = 16 * 1024 * 1024

export interface OneWayOptions {
  readonly clock: Clock
  readonly from: Socket
  readonly delayMs: number
  /** Sees bytes as they come in. */
  readonly onArrival?: (bytes: Buffer) => void
  /** Sees bytes, and the end in good order, just before they go on. */
  readonly onDelivery?: (bytes: Buffer | 'fin') => void
  /** The first sign of the end of `from`. */
  readonly onEnd: () => void
}

/** One direction of a proxied connection: data, FIN and RST go on in the order in which they came, later by the delay. */
export class OneWay {
  /** For what comes from now on; nothing overtakes what came before. */
  delayMs: number
  readonly #options: OneWayOptions
  readonly #queue: Item[] = []
  #heldBytes = 0
  #byteCount = 0
  #to: Socket | undefined
  #mode: 'passes' | 'holds' | 'discards' = 'passes'
  #isFull = false
  #hasFinished = false
  #cancel: Cancel | undefined

  constructor(options: OneWayOptions) {
    this.#options = options
    this.delayMs = options.delayMs
    const { from, onArrival, onEnd } = options
    let hasFailed = false
    from.on('data', (bytes: Buffer) => {
      this.#byteCount += bytes.length
      onArrival?.(bytes)
      this.#push({ kind: 'data', bytes, dueAt: this.#dueAt() })
    })
    from.on('end', () => {
      onEnd()
      this.#push({ kind: 'fin', dueAt: this.#dueAt() })
    })
    from.on('error', () => (hasFailed = true))
    from.on('close', () => {
      onEnd()
      if (hasFailed) this.#push({ kind: 'rst', dueAt: this.#dueAt() })
    })
  }

  /** Bytes that came in. */
  get byteCount(): number {
    return this.#byteCount
  }

  /** Where it goes: called once, when the other end stands. */
  connect(to: Socket): void {
    this.#to = to
    this.#goOn()
  }

  /** Keeps what comes. */
  hold(): void {
    if (this.#mode === 'passes') this.#mode = 'holds'
  }

  /** Lets go on what was kept. */
  release(): void {
    if (this.#mode !== 'holds') return
    this.#mode = 'passes'
    this.#goOn()
  }

  /** Throws away what was kept and all that will come. */
  discard(): void {
    this.#mode = 'discards'
    this.#cancel?.()
    this.#queue.length = 0
    this.#heldBytes = 0
    this.#options.from.resume()
  }

  #dueAt(): number {
    return this.#options.clock.now() + this.delayMs
  }

  #push(item: Item): void {
    if (this.#mode === 'discards' || this.#hasFinished) return
    this.#queue.push(item)
    if (item.kind === 'data') this.#heldBytes += item.bytes.length
    if (this.#heldBytes > MAX_HELD_BYTES) this.#options.from.pause()
    this.#goOn()
  }

  readonly #goOn = (): void => {
    const { clock } = this.#options
    this.#cancel?.()
    this.#cancel = undefined
    for (let [next] = this.#queue; next !== undefined; [next] = this.#queue) {
      const to = this.#to
      if (to === undefined || this.#mode !== 'passes' || this.#isFull) return
      const waitMs = next.dueAt - clock.now()
      if (waitMs > 0) {
        this.#cancel = clock.schedule(waitMs, this.#goOn)
        return
      }
      this.#queue.shift()
      this.#deliver(next, to)
    }
  }

  #deliver(item: Item, to: Socket): void {
    const { from, onDelivery } = this.#options
    if (item.kind !== 'data') {
      if (item.kind === 'rst') {
        this.#hasFinished = true
        to.resetAndDestroy()
      } else {
        onDelivery?.('fin')
        to.end()
      }
      return
    }
    this.#heldBytes -= item.bytes.length
    if (this.#heldBytes <= MAX_HELD_BYTES / 2) from.resume()
    if (to.destroyed || to.writableEnded) return
    onDelivery?.(item.bytes)
    if (to.write(item.bytes)) return
    this.#isFull = true
    to.once('drain', () => {
      this.#isFull = false
      this.#goOn()
    })
  }
}
