import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

import type { Clock } from '../core/clock.ts'
import { PortKeeper } from '../core/port-keeper.ts'
import { sleep } from '../core/wait.ts'
import { ProxiedConnection } from './proxy/proxied-connection.ts'
import type { ConnectionSeen, ProxyFault } from './proxy/proxy-fault.ts'
import type { ExchangeSeen } from './sniff/exchange-seen.ts'
import { Sniffer } from './sniff/sniffer.ts'

export interface FaultProxyOptions {
  readonly clock: Clock
  /** Where it listens. @default 127.0.0.1, on a port that is free */
  readonly host?: string
  readonly port?: number
  /** The dependency. */
  readonly target: { readonly host: string; readonly port: number }
  /** Requests are looked for in what may be HTTP: `http` and `tcp`. @default tcp */
  readonly protocol?: string
  /**
   * Further ones at a time are reset. A service that gives no connection back would else take all descriptors of this
   * process, which has to see it. @default 2000, more than most dependencies bear (PostgreSQL: 100)
   */
  readonly maxConnections?: number
  readonly onConnection?: (seen: ConnectionSeen) => void
  readonly onExchange?: (seen: ExchangeSeen & { readonly connection: number }) => void
}

/** Between two attempts to listen again where that failed. */
const REOPEN_MS = 100

/**
 * Stands in front of a dependency and fails as it is told, at run time. What passes is never changed, whatever it is; data,
 * FIN and RST keep their order.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #options: FaultProxyOptions
  readonly #server: Server
  readonly #connections = new Set<ProxiedConnection>()
  readonly #stopping = new AbortController()
  #address: AddressInfo | undefined
  #keeper: PortKeeper | undefined
  #fault: ProxyFault | undefined
  #changes: Promise<void> = Promise.resolve()
  #nextId = 0

  constructor(options: FaultProxyOptions) {
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#onDial(socket))
    // What accepting can raise (too many open files) concerns a connection that does not come about.
    this.#server.on('error', () => {})
  }

  /** @returns where the service finds it. @throws what the system says when it cannot listen */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    const { host = '127.0.0.1', port = 0 } = this.#options
    this.#address = await this.#listen(host, port)
    return { host: this.#address.address, port: this.#address.port }
  }

  /** From now on. `undefined` works. Changes come one after the other; resolves when this one is there. */
  setFault(fault: ProxyFault | undefined): Promise<void> {
    this.#changes = this.#changes.then(() => this.#change(fault))
    return this.#changes
  }

  /** Cuts everything and lets the port go. Safe to call again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#changes
    this.#server.close()
    this.#keeper?.release()
    this.#keeper = undefined
    this.#cutAll()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #change(fault: ProxyFault | undefined): Promise<void> {
    const address = this.#address
    if (address === undefined || this.#stopping.signal.aborted) return
    this.#fault = fault
    for (const connection of this.#connections) {
      connection.delayMs = delayOf(fault)
      if (fault?.kind === 'blackhole') connection.hold()
      else if (fault?.kind === 'forget') connection.forget()
      else if (fault?.kind === 'reset') connection.cut()
      else connection.release()
    }
    if (fault?.kind === 'refuse') await this.#refuse(address)
    else if (this.#keeper !== undefined || !this.#server.listening) await this.#listenAgain(address)
  }

  /** Stops listening and cuts all, and takes the port for itself in the same turn of the event loop. */
  async #refuse(address: AddressInfo): Promise<void> {
    if (!this.#server.listening) return
    const shut = (): void => {
      this.#server.close()
      this.#cutAll()
    }
    try {
      this.#keeper = await PortKeeper.takeOver(address, shut)
    } catch {
      // Without a keeper the port is free for others meanwhile; it refuses all the same.
      shut()
    }
  }

  async #listenAgain({ address, port }: AddressInfo): Promise<void> {
    const { clock } = this.#options
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#listen(address, port)
        break
      } catch {
        await sleep(clock, REOPEN_MS, { signal: this.#stopping.signal })
      }
    }
    this.#keeper?.release()
    this.#keeper = undefined
  }

  #listen(host: string, port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject)
        resolve(this.#server.address() as AddressInfo)
      })
    })
  }

  #onDial(socket: Socket): void {
    const { clock, target, protocol = 'tcp', maxConnections = 2000, onConnection, onExchange } = this.#options
    const id = this.#nextId++
    const seen = (each: Omit<ConnectionSeen, 'connection'>): void => onConnection?.({ connection: id, ...each })
    seen({ what: 'dialled' })
    if (this.#fault?.kind === 'reset' || this.#connections.size >= maxConnections) {
      seen({ what: 'refused', by: 'proxy' })
      socket.on('error', () => {}).resetAndDestroy()
      return
    }
    const mayBeHttp = protocol === 'http' || protocol === 'tcp'
    const connection = new ProxiedConnection(socket, {
      clock,
      target,
      delayMs: delayOf(this.#fault),
      isHeld: this.#fault?.kind === 'blackhole',
      sniffer:
        mayBeHttp && onExchange !== undefined
          ? new Sniffer((exchange) => onExchange({ connection: id, ...exchange }))
          : undefined,
      onSeen: seen,
      onGone: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  #cutAll(): void {
    for (const connection of this.#connections) connection.cut()
  }
}

function delayOf(fault: ProxyFault | undefined): number {
  return fault?.kind === 'slow' ? fault.delayMs : 0
}
