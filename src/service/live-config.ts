import type { ConfigSubscriber } from '../config/reload/config-subscriber.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { ReloadResult } from '../config/reload/reload-events.ts'
import type { Reloader, ReloaderState } from '../config/reload/reloader.ts'
import type { LifecycleState } from '../core/lifecycle-state.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { HealthChecker } from '../health/health-checker.ts'
import type { LocalProbeSource } from '../health/probe-snapshot.ts'
import type { WorkAround } from '../lifecycle/work-ledger.ts'
import type { TrackableServer } from '../server/server-drain.ts'
import type { ComponentNode } from './component-node.ts'
import type { PreparedReload, ServiceReload } from './reload/service-reload.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import type { SettingTarget } from './settings/settings-part.ts'
import type { OpenSettings, SettableCore } from './settings/open-settings.ts'

/** What of a service's core this is about. */
export interface LiveCore extends SettableCore {
  /** Set when there is one. */
  reloader: Reloader<unknown> | undefined
}

/**
 * The configuration of a service from its declaration to its end: as the start has loaded it, and with `config.reload` as it
 * is now. What reloads it, and what applies `settings`, is loaded only by services that use it.
 */
export class LiveConfig {
  /** Takes the limits of load that the settings say; set by what sheds load. */
  limits: SettingTarget<unknown> | undefined
  readonly #options: ResolvedServiceOptions
  readonly #health: HealthChecker
  readonly #state: () => LifecycleState
  readonly #nodes: ReadonlyMap<string, ComponentNode>
  readonly #servers = new Set<TrackableServer>()
  readonly #subscribers = new Set<ConfigSubscriber>()
  readonly #opened = Promise.withResolvers<Reloader<unknown> | undefined>()
  readonly #ready = Promise.withResolvers<void>()
  #initial: LoadedConfig<unknown> | undefined
  #core: LiveCore | undefined
  #prepared: PreparedReload | undefined
  #reload: ServiceReload | undefined
  #settings: OpenSettings | undefined

  constructor(
    options: ResolvedServiceOptions,
    health: HealthChecker,
    { state, nodes }: { readonly state: () => LifecycleState; readonly nodes: ReadonlyMap<string, ComponentNode> },
  ) {
    this.#options = options
    this.#health = health
    this.#state = state
    this.#nodes = nodes
  }

  /** Whether the configuration can change while the service runs. */
  get isReloading(): boolean {
    return this.#options.reload !== undefined
  }

  /** What each piece of work is begun in, so that it sees one configuration; `undefined` where there is only one. */
  get around(): WorkAround | undefined {
    return this.isReloading ? (work) => this.pin(work) : undefined
  }

  /** Told of each server of a listener; `undefined` where nobody has anything to do with one. */
  get onServer(): ((server: TrackableServer) => void) | undefined {
    if (!this.isReloading && this.#options.settings === undefined) return undefined
    return (server) => {
      this.#servers.add(server)
      this.#reload?.onServer(server)
      this.#settings?.onServer(server)
    }
  }

  /** Leaves a server as it was. */
  release(server: TrackableServer): void {
    if (!this.#servers.delete(server)) return
    this.#reload?.release(server)
    this.#settings?.release(server)
  }

  /** Inside a piece of work the configuration of its beginning, elsewhere the latest; `undefined` before the start has it. */
  get current(): unknown {
    return this.#reload === undefined ? this.#initial?.value : this.#reload.reloader.current
  }

  get latest(): unknown {
    return this.#reload === undefined ? this.#initial?.value : this.#reload.reloader.latest
  }

  get state(): ReloaderState | undefined {
    return this.#reload?.reloader.state
  }

  describe(): string {
    return this.#reload?.reloader.describe() ?? this.#initial?.describe() ?? ''
  }

  /** For a component that starts: what it reads of it needs a restart to change. */
  observedBy(component: string): unknown {
    return this.#reload === undefined ? this.current : this.#reload.reloader.observe(component)
  }

  /** Runs a piece of work that sees one configuration from its beginning to its end. */
  pin<R>(work: () => R): R {
    return this.#reload === undefined ? work() : this.#reload.reloader.run(work)
  }

  /**
   * Checks everything that can be checked before anything is opened.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
   */
  async prepare(initial: LoadedConfig<unknown>, load: () => Promise<LoadedConfig<unknown>>): Promise<void> {
    const { reload, settings, clock } = this.#options
    this.#initial = initial
    if (reload !== undefined) {
      const { prepareReload } = await import('./reload/service-reload.ts')
      this.#prepared = prepareReload(reload, { initial, load, clock }, [...this.#subscribers])
    }
    if (settings !== undefined) {
      const { OpenSettings: Loaded } = await import('./settings/open-settings.ts')
      this.#settings = new Loaded(settings, { core: () => this.#core, health: this.#health, limits: () => this.limits })
      this.#settings.prepare(initial.value, (text) => initial.scrub(text))
    }
  }

  /** There is a log and there are meters now; no component has started. */
  async open(core: LiveCore, probes: Pick<LocalProbeSource, 'isProbe'>): Promise<void> {
    this.#core = core
    this.#settings?.open(this.#options.env)
    if (this.#prepared !== undefined) {
      const { ServiceReload: Loaded } = await import('./reload/service-reload.ts')
      this.#reload = await Loaded.open(this.#prepared, {
        log: core.logging.log,
        health: this.#health,
        ready: this.#ready.promise,
        isProbe: (url) => probes.isProbe(url),
      })
      const { reloader } = this.#reload
      core.reloader = reloader
      if (this.#settings !== undefined) reloader.subscribe(this.#settings.subscriber())
      for (const subscriber of this.#subscribers) reloader.subscribe(subscriber)
    }
    for (const server of this.#servers) {
      this.#reload?.onServer(server)
      this.#settings?.onServer(server)
    }
    this.#opened.resolve(this.#reload?.reloader)
  }

  /**
   * Every component has started.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for settings of what only they have brought
   */
  hasStarted(): void {
    this.#settings?.hasStarted(this.latest, (text) => this.#initial?.scrub(text) ?? text)
  }

  /** The service is ready: from now on its configuration may change. */
  begin(): void {
    this.#ready.resolve()
    this.#reload?.reloader.start().catch((error: unknown) => {
      this.#core?.logging.log.error({ err: error }, 'the files of the configuration can not be watched')
    })
  }

  /** Nothing is reloaded any more. The configuration can still be read, and what is on trial stays. */
  async close(): Promise<void> {
    this.#opened.resolve(undefined)
    await this.#reload?.reloader.close()
  }

  /**
   * Reloads, and has components do so that have something of their own; during the start once it has ended.
   *
   * @throws {@link SeaworthyError} `SEA_RELOAD_OFF`, or `SEA_SERVICE_NOT_STARTED`
   */
  async reload(reason: string): Promise<ReloadResult> {
    this.#requireReload('reload()')
    if (this.#state() === 'created') throw this.#notStarted()
    const reloader = this.#reload?.reloader ?? (await this.#opened.promise)
    if (reloader === undefined) throw this.#notStarted()
    const [result] = await Promise.all([
      reloader.reload(reason),
      ...[...this.#nodes.values()].map((node) => node.reload?.(reason)),
    ])
    return result
  }

  /** @throws {@link SeaworthyError} `SEA_RELOAD_OFF`, or `SEA_OPTIONS_INVALID`, which before the start is the start's to tell */
  subscribe(subscriber: ConfigSubscriber): () => void {
    this.#requireReload('subscribe()')
    this.#subscribers.add(subscriber)
    const end = this.#reload?.reloader.subscribe(subscriber)
    return () => {
      this.#subscribers.delete(subscriber)
      if (end === undefined) this.#reload?.reloader.unsubscribe(subscriber)
      else end()
    }
  }

  #requireReload(what: string): void {
    if (this.isReloading) return
    throw new SeaworthyError('SEA_RELOAD_OFF', `${what} of "${this.#options.name}" was called, which does not reload`, {
      hint: 'Pass createService() the option config.reload: true.',
    })
  }

  #notStarted(): SeaworthyError {
    const message = `reload() of "${this.#options.name}" was called, which has not started`
    return new SeaworthyError('SEA_SERVICE_NOT_STARTED', message, { hint: 'Call it after start() or run().' })
  }
}
