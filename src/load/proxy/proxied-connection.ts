import { connect, type Socket } from 'node:net'

import type { Clock } from '../../core/clock.ts'
import type { Sniffer } from '../sniff/sniffer.ts'
import { OneWay } from './one-way.ts'
import type { ConnectionSeen } from './proxy-fault.ts'

export interface ProxiedConnectionOptions {
  readonly clock: Clock
  readonly target: { readonly host: string; readonly port: number }
  /** Of the answers. */
  readonly delayMs: number
  /** Whether it falls silent before it says anything. */
  readonly isHeld: boolean
  readonly sniffer: Sniffer | undefined
  readonly onSeen: (seen: Omit<ConnectionSeen, 'connection'>) => void
  /** Both ends are gone. */
  readonly onGone: () => void
}

/** A connection of the service, and the one that we make to the dependency for it. */
export class ProxiedConnection {
  readonly #options: ProxiedConnectionOptions
  readonly #service: Socket
  readonly #up: OneWay
  #down: OneWay | undefined
  #dependency: Socket | undefined
  #delayMs: number
  #isHeld: boolean
  #isDead = false
  #isClosed = false

  constructor(service: Socket, options: ProxiedConnectionOptions) {
    const { clock, sniffer, isHeld } = options
    this.#options = options
    this.#service = service
    this.#delayMs = options.delayMs
    this.#isHeld = isHeld
    this.#up = new OneWay({
      clock,
      from: service,
      delayMs: 0,
      onArrival: (bytes) => sniffer?.up(bytes),
      onEnd: () => {
        sniffer?.serviceLeft()
        this.#closed('service')
        if (this.#isDead) this.#destroy()
      },
    })
    service.on('close', () => this.#tellWhenGone())
    if (!isHeld) this.#dial()
  }

  /** From now on, for what the dependency says. */
  set delayMs(delayMs: number) {
    this.#delayMs = delayMs
    if (this.#down !== undefined) this.#down.delayMs = delayMs
  }

  /** Falls silent: what comes is kept. */
  hold(): void {
    this.#isHeld = true
    this.#up.hold()
    this.#down?.hold()
  }

  /** Goes on with what was kept. */
  release(): void {
    if (!this.#isHeld || this.#isDead) return
    this.#isHeld = false
    if (this.#dependency === undefined) this.#dial()
    this.#up.release()
    this.#down?.release()
  }

  /** Dead from now on, and nobody is told. */
  forget(): void {
    this.#isDead = true
    this.#up.discard()
    this.#down?.discard()
  }

  /** Resets both ends at once. */
  cut(): void {
    this.#closed('proxy')
    this.#destroy()
  }

  #dial(): void {
    const { clock, target, sniffer, onSeen } = this.#options
    const dependency = connect({ ...target, allowHalfOpen: true, noDelay: true })
    this.#dependency = dependency
    this.#down = new OneWay({
      clock,
      from: dependency,
      delayMs: this.#delayMs,
      onDelivery: (bytes) => (bytes === 'fin' ? sniffer?.downEnded() : sniffer?.down(bytes)),
      onEnd: () => this.#closed('dependency'),
    })
    this.#down.connect(this.#service)
    dependency.once('connect', () => {
      if (!this.#isDead) onSeen({ what: 'connected' })
      this.#up.connect(dependency)
    })
    dependency.on('close', () => this.#tellWhenGone())
  }

  #closed(by: 'service' | 'dependency' | 'proxy'): void {
    if (this.#isClosed || (this.#isDead && by === 'dependency')) return
    this.#isClosed = true
    const bytesDown = this.#down?.byteCount ?? 0
    this.#options.onSeen({ what: 'closed', by, bytesUp: this.#up.byteCount, bytesDown })
  }

  #destroy(): void {
    this.#up.discard()
    this.#down?.discard()
    for (const socket of [this.#service, this.#dependency]) {
      if (socket?.destroyed === false) socket.resetAndDestroy()
    }
    this.#tellWhenGone()
  }

  #tellWhenGone(): void {
    if (this.#service.destroyed && (this.#dependency === undefined || this.#dependency.destroyed))
      this.#options.onGone()
  }
}
