import { formatDuration } from '../core/duration.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { BoundAddress } from '../server/bound-address.ts'
import type { TrackableServer } from '../server/server-drain.ts'
import { AdoptedServer } from './adopted-server.ts'
import type { ComponentHost } from './component-host.ts'

/** Long enough for a start that is on its way, short enough for a person who wonders. */
const PATIENCE_MS = 2000

const HINT_SILENT =
  'Call listen() before the start or right after it, or give attach() a port, so that the service binds it.'
/** Of an application that listened before it was attached, its framework keeps no server that could be found. */
const HINT_UNSEEN =
  'Call app.listen() after attach(), pass attach() the server that app.listen() returned, or give it a port, so that the service binds it.'

/** The servers of a listener whose application tells them to listen: there may be none yet when the service starts. */
export class AdoptedServers {
  readonly #host: ComponentHost<unknown>
  readonly #name: string
  readonly #servers: AdoptedServer[] = []
  readonly #first = Promise.withResolvers<AdoptedServer>()

  constructor(host: ComponentHost<unknown>, name: string) {
    this.#host = host
    this.#name = name
  }

  add(server: TrackableServer): void {
    const adopted = new AdoptedServer(server, this.#host, this.#name)
    this.#servers.push(adopted)
    this.#first.resolve(adopted)
  }

  /**
   * Waits until there is a server and every one listens.
   *
   * @returns the address of the first
   * @throws {@link SeaworthyError} `SEA_LISTENER_SILENT` after `limitMs`; what a failed bind throws; the reason of
   * `signal`
   */
  async whenListening(limitMs: number, signal: AbortSignal): Promise<BoundAddress> {
    const { clock } = this.#host
    const limit = new AbortController()
    const until = AbortSignal.any([signal, limit.signal])
    const cancels = [
      clock.schedule(limitMs, () => limit.abort(this.#toSilence(limitMs))),
      clock.schedule(PATIENCE_MS, () => this.#log(this.#waiting())),
    ]
    try {
      const first = await orAborted(this.#first.promise, until)
      const [bound] = await Promise.all([first, ...this.#servers.slice(1)].map((each) => each.whenListening(until)))
      return bound as BoundAddress
    } finally {
      for (const cancel of cancels) cancel()
    }
  }

  #waiting(): string {
    const text = `waiting for the application to call listen() of "${this.#name}"`
    return this.#servers.length === 0 ? `${text}; if it has, pass the server that app.listen() returned` : text
  }

  #log(message: string): void {
    this.#host.lateLogFor(this.#name).warn({}, message)
  }

  #toSilence(limitMs: number): SeaworthyError {
    const cause = this.#servers.find((each) => each.handledError !== undefined)?.handledError
    const why = cause === undefined ? '' : `; the last error that its application handled was: ${cause.message}`
    return new SeaworthyError(
      'SEA_LISTENER_SILENT',
      `The application was to call listen() for "${this.#name}", and nothing listens after ${formatDuration(limitMs)}${why}`,
      {
        hint: this.#servers.length === 0 ? HINT_UNSEEN : HINT_SILENT,
        ...(cause === undefined ? {} : { cause }),
      },
    )
  }
}

/** The result of `promise`, or the reason of `signal`, whichever comes first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    promise.then(
      (value) => {
        signal.removeEventListener('abort', giveUp)
        resolve(value)
      },
      (error: unknown) => reject(error as Error),
    )
  })
}
