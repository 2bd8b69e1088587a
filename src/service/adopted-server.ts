import { type BoundAddress, boundAddress } from '../server/bound-address.ts'
import { toBindError, toLaterError } from '../server/listen.ts'
import type { TrackableServer } from '../server/server-drain.ts'
import type { ComponentHost } from './component-host.ts'

/** A server that its application tells to listen: waited for, and watched for errors. */
export class AdoptedServer {
  readonly #server: TrackableServer
  readonly #host: ComponentHost<unknown>
  readonly #name: string
  #isUp = false
  /** Nobody else heard of it. */
  #failure: Error | undefined
  #handled: Error | undefined
  #onFailure: ((error: Error) => void) | undefined

  constructor(server: TrackableServer, host: ComponentHost<unknown>, name: string) {
    this.#server = server
    this.#host = host
    this.#name = name
    server.on('error', (error: Error) => this.#onError(error))
  }

  /** The last error that the application handled itself, before the server listened: it may try again. */
  get handledError(): Error | undefined {
    return this.#handled
  }

  /**
   * Resolves when the server listens; at once if it does.
   *
   * @throws the reason of `signal`, and what a failed bind throws
   */
  async whenListening(signal: AbortSignal): Promise<BoundAddress> {
    if (!this.#server.listening) await this.#wait(signal)
    this.#isUp = true
    return boundAddress(this.#server)
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#onFailure = undefined
        this.#server.off('listening', succeed)
        signal.removeEventListener('abort', giveUp)
        settle()
      }
      const succeed = (): void => end(resolve)
      const giveUp = (): void => end(() => reject(signal.reason as Error))
      const fail = (error: Error): void =>
        end(() => reject(toBindError(error, { name: this.#name, ...whereOf(error) })))
      this.#onFailure = fail
      this.#server.on('listening', succeed)
      signal.addEventListener('abort', giveUp, { once: true })
      if (this.#failure !== undefined) fail(this.#failure)
      else if (signal.aborted) giveUp()
    })
  }

  /** Node makes an error that nobody listens to an uncaught exception: that we listen must not hide it. */
  #onError(error: Error): void {
    const isHandled = this.#server.listenerCount('error') > 1
    if (!this.#isUp) {
      if (isHandled) this.#handled = error
      else if (this.#onFailure !== undefined) this.#onFailure(error)
      else if (this.#host.state() === 'created') throw error
      else this.#failure = error
      return
    }
    const later = toLaterError(error, this.#name)
    if (isHandled)
      this.#host.lateLogFor(this.#name).warn({ err: error }, `${later.message}; its application handles it`)
    else this.#host.fatal(this.#name, later)
  }
}

/** Node puts the address into the error of a failed bind. */
function whereOf(error: Error): { readonly port: number; readonly host?: string } {
  const { port, address } = error as Error & { readonly port?: number; readonly address?: string }
  return { port: port ?? 0, ...(address === undefined ? {} : { host: address }) }
}
