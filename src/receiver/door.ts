import type { AddressInfo, Server } from 'node:net'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { sleep } from '../core/wait.ts'
import { listenOn } from './listen-on.ts'
import { PortKeeper } from '../core/port-keeper.ts'
import { SynBlackhole } from './syn-blackhole.ts'

/** What becomes of somebody who connects. */
export type DoorMode = 'open' | 'refuse' | 'syn-blackhole'

/** Between two attempts to listen again where that failed. */
const REOPEN_MS = 100

interface DoorOptions {
  readonly host: string
  readonly port: number
  readonly clock: Clock
  readonly log: Log
  /** Cuts every connection: with the listener, everything that it had is gone. */
  readonly cutAll: () => void
}

/** Opens and closes a listener that keeps its port meanwhile. Changes come one after the other, in order. */
export class Door {
  readonly #server: Server
  readonly #options: DoorOptions
  readonly #closing = new AbortController()
  #address: AddressInfo | undefined
  #mode: DoorMode = 'open'
  #keeper: PortKeeper | undefined
  #blackhole: SynBlackhole | undefined
  #changes: Promise<void> = Promise.resolve()

  constructor(server: Server, options: DoorOptions) {
    this.#server = server
    this.#options = options
  }

  /** @throws {@link SeaworthyError} `SEA_RECEIVER_PORT_TAKEN`, `SEA_RECEIVER_LISTEN_FAILED` */
  async open(): Promise<AddressInfo> {
    this.#address = await listenOn(this.#server, this.#options.host, this.#options.port)
    return this.#address
  }

  /** Resolves when the mode is there, or the door is closed. Never rejects. */
  set(mode: DoorMode): Promise<void> {
    this.#changes = this.#changes.then(() => this.#change(mode))
    return this.#changes
  }

  /** Stops whatever listens. @param closed called when the server has no connection any more */
  async close(closed: () => void): Promise<void> {
    this.#closing.abort()
    await this.#changes
    // Without a listener it calls back at once, too.
    this.#server.close(() => closed())
    this.#keeper?.release()
    await this.#blackhole?.end()
  }

  async #change(mode: DoorMode): Promise<void> {
    const address = this.#address
    if (address === undefined || mode === this.#mode || this.#closing.signal.aborted) return
    this.#mode = mode
    if (mode !== 'open') await this.#keepPort(address)
    await this.#blackhole?.end()
    this.#blackhole = undefined
    if (mode === 'open') {
      await this.#listenAgain(address)
      this.#keeper?.release()
      this.#keeper = undefined
      return
    }
    if (mode === 'refuse') return
    try {
      this.#blackhole = await SynBlackhole.at(address)
    } catch (error) {
      this.#options.log.error(
        { err: error, port: address.port },
        'receiver: "syn-blackhole" failed; it refuses instead',
      )
    }
  }

  /** Stops listening, and takes the port for itself in the same turn of the event loop. */
  async #keepPort(address: AddressInfo): Promise<void> {
    const { log, cutAll } = this.#options
    if (this.#keeper !== undefined) return
    const shut = (): void => {
      this.#server.close()
      cutAll()
    }
    try {
      this.#keeper = await PortKeeper.takeOver(address, shut)
    } catch (error) {
      shut()
      log.warn({ err: error, port: address.port }, 'receiver: the port cannot be kept during the fault')
    }
  }

  async #listenAgain(address: AddressInfo): Promise<void> {
    const { clock, log } = this.#options
    while (!this.#closing.signal.aborted) {
      try {
        await listenOn(this.#server, address.address, address.port)
        return
      } catch (error) {
        log.error(
          { err: error, port: address.port },
          'receiver: it cannot listen again after a fault; it goes on trying',
        )
        await sleep(clock, REOPEN_MS, { signal: this.#closing.signal })
      }
    }
  }
}
