import { connect } from 'node:net'
import type { Cancel, Clock } from '../core/clock.ts'
import type { Listener, ListenerChange } from './listener-watch.ts'

export interface PortKnockerOptions {
  readonly host: string
  readonly port: number
  readonly clock: Clock
  readonly pid: () => number
  readonly isRunning: () => boolean
  readonly onChange: (change: ListenerChange) => void
}

const KNOCK_MS = 50
const SLOW_KNOCK_MS = 1000

/**
 * Sees whether one port takes connections by connecting to it, for systems without `/proc`. The service sees connections
 * that say nothing, twenty a second at its start and its end, and one a second in between.
 */
export class PortKnocker {
  readonly #options: PortKnockerOptions
  #isOpen = false
  #lookedAt: number
  #expectsClose = false
  #isStopped = false
  #cancel: Cancel = () => {}

  constructor(options: PortKnockerOptions) {
    this.#options = options
    this.#lookedAt = options.clock.now()
  }

  prepare(): void {
    this.#lookedAt = this.#options.clock.now()
  }

  start(): void {
    void this.#knockOn()
  }

  get open(): readonly Listener[] {
    const { port, host, pid } = this.#options
    return this.#isOpen ? [{ port, host, pid: pid() }] : []
  }

  expectClose(): void {
    this.#expectsClose = true
    this.#cancel()
    if (!this.#isStopped) void this.#knockOn()
  }

  async lookNow(): Promise<void> {
    const { clock, host, port, pid, isRunning, onChange } = this.#options
    // Before the service is there, whoever takes connections is somebody else.
    const isOpen = (isRunning() || this.#isOpen) && (await accepts(host, port))
    const resolutionMs = clock.now() - this.#lookedAt
    this.#lookedAt = clock.now()
    if (isOpen === this.#isOpen) return
    this.#isOpen = isOpen
    onChange({ what: isOpen ? 'opened' : 'closed', port, host, pid: pid(), resolutionMs })
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  async #knockOn(): Promise<void> {
    await this.lookNow()
    if (this.#isStopped) return
    const pauseMs = this.#isOpen && !this.#expectsClose ? SLOW_KNOCK_MS : KNOCK_MS
    this.#cancel()
    this.#cancel = this.#options.clock.schedule(pauseMs, () => void this.#knockOn(), { keepAlive: false })
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.setTimeout(KNOCK_MS * 10, () => socket.destroy())
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false)).once('close', () => resolve(false))
  })
}
