import type { ConfigSubscriber } from '../config/reload/config-subscriber.ts'
import type { ReloadResult } from '../config/reload/reload-events.ts'
import type { ReloaderState } from '../config/reload/reloader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { ServiceCore } from './service-core.ts'
import type { ServiceLife } from './service-life.ts'

/** What a service tells of its configuration, and how that is changed: the part of a `Service` that is about it. */
export abstract class ConfiguredService<Config = unknown> {
  readonly name: string
  readonly #life: ServiceLife

  constructor(name: string, life: ServiceLife) {
    this.name = name
    this.#life = life
  }

  /**
   * The configuration, checked and frozen. With `config.reload`, a request, a job, work in the background and a run of a
   * task see that of their beginning to their end, and all else the newest: read it where it is used.
   *
   * @throws {@link SeaworthyError} `SEA_SERVICE_NOT_STARTED` before the start has read it
   */
  get config(): Config {
    requireCore(this.name, this.#life, 'config')
    return this.#life.live.current as Config
  }

  /**
   * The newest configuration, even inside of a request: for what goes on when that is over, such as a timer.
   *
   * @throws {@link SeaworthyError} `SEA_SERVICE_NOT_STARTED` before the start has read it
   */
  get latestConfig(): Config {
    requireCore(this.name, this.#life, 'latestConfig')
    return this.#life.live.latest as Config
  }

  /**
   * Of the configuration in force: generation and hash, what waits for a restart, why a newer one was refused. No secret is
   * in it. `undefined` without `config.reload`, and before the start has read it.
   */
  get configState(): ReloaderState | undefined {
    return this.#life.live.state
  }

  /** Where each value of the configuration came from; secrets are not shown. */
  explainConfig(): string {
    requireCore(this.name, this.#life, 'explainConfig()')
    return this.#life.live.describe()
  }

  /**
   * Reads the configuration anew, as on SIGHUP. Resolves at the end of its trial, whatever came of it; asked for during the
   * start, it begins after that. A subscriber or a check of the reload that runs is refused at once: it would wait for itself.
   *
   * @param reason what asks for it, for the log
   * @throws {@link SeaworthyError} `SEA_RELOAD_OFF` without `config.reload`, `SEA_SERVICE_NOT_STARTED` before the start
   */
  reload(reason = 'reload()'): Promise<ReloadResult> {
    return this.#life.live.reload(reason)
  }

  /**
   * Takes part in every change of the configuration from now on; before the start, too.
   *
   * @returns ends that; a change that has begun is led to its end with it
   * @throws {@link SeaworthyError} `SEA_RELOAD_OFF` without `config.reload`; `SEA_OPTIONS_INVALID` for a subscriber that could
   * never be asked or does nothing, which before the start is thrown by that
   */
  subscribe(subscriber: ConfigSubscriber<Config>): () => void {
    return this.#life.live.subscribe(subscriber)
  }

  /**
   * Runs what nobody else knows to be one piece of work, such as the handling of one message of a WebSocket: it sees one
   * configuration from its beginning to its end, in all that it awaits.
   */
  pinConfig<R>(work: () => R): R {
    return this.#life.live.pin(work)
  }
}

/** @throws {@link SeaworthyError} `SEA_SERVICE_NOT_STARTED` while there is none */
export function requireCore(name: string, { core }: Pick<ServiceLife, 'core'>, what: string): ServiceCore {
  if (core !== undefined) return core
  throw new SeaworthyError('SEA_SERVICE_NOT_STARTED', `${what} of "${name}" was asked for before the start`, {
    hint: 'Use it inside start, run or check of a component, or after start().',
  })
}
