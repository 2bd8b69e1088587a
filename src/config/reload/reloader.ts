import { AsyncLocalStorage } from 'node:async_hooks'
import type { ConfigEntry } from '../explanation.ts'
import { settleWithin } from '../../core/wait.ts'
import { requireSubscriber } from './check-subscriber.ts'
import type { RestartChange } from './classify.ts'
import { type ConfigRejection, type ConfigSnapshot, ConfigStore } from './config-store.ts'
import type { ConfigSubscriber } from './config-subscriber.ts'
import { ConsistentReader } from './consistent-read.ts'
import { type ContentFingerprint, readFingerprint } from './content-fingerprint.ts'
import { FilesOnDisk } from './files-on-disk.ts'
import { ObservedReads } from './observed-reads.ts'
import { ReloadCycle } from './reload-cycle.ts'
import { ReloadEvents, type ReloadResult } from './reload-events.ts'
import { ReloadMetrics } from './reload-metrics.ts'
import { ReloadQueue } from './reload-queue.ts'
import { type ReloadableConfig, scrubbed } from './reloadable-config.ts'
import { type ReloaderOptions, type ResolvedReloaderOptions, resolveReloaderOptions } from './reloader-options.ts'
import { FileWatch } from './watch-files.ts'

/** What is known about the configuration in force, fit to be shown. */
export interface ReloaderState {
  readonly generation: number
  readonly hash: string
  readonly at: string
  readonly trigger: string
  readonly files: readonly string[]
  readonly lastReloadSuccessful: boolean
  readonly lastRejection: ConfigRejection | undefined
  /** ISO time until which what is in force is on trial: it may still be taken back, and the next change waits. */
  readonly trialUntil: string | undefined
  /** Changes that the sources hold and that need a restart. */
  readonly pendingRestart: readonly RestartChange[]
}

interface Request {
  readonly trigger: string
  readonly isSettled: boolean
}

const CLOSE_LIMIT_MS = 1_000
/** Content that no file has. A file may have changed since the first load, so the first look leads to a reload. */
const NOTHING_SEEN: ContentFingerprint = { hash: '', blank: [] }

/**
 * Keeps a configuration up to date while the service runs. What is in force is always one whole, checked, frozen
 * configuration; whatever is wrong with a new one, the last good one stays.
 */
export class Reloader<T> {
  readonly #store: ConfigStore<T>
  readonly #options: ResolvedReloaderOptions<T>
  readonly #files: FilesOnDisk
  readonly #watch: FileWatch
  readonly #queue: ReloadQueue<Request, ReloadResult>
  readonly #observed = new ObservedReads()
  readonly #subscribers: Set<ConfigSubscriber<T>>
  readonly #metrics: ReloadMetrics
  readonly #stop = new AbortController()
  /** What whoever is called by a reload is in, for as long as that goes on. */
  readonly #inside = new AsyncLocalStorage<{ isOver: boolean }>()
  readonly #events: ReloadEvents
  #heldUntil: Promise<unknown> | undefined
  #isStarted = false

  /** @param content what the files hold */
  constructor(options: ResolvedReloaderOptions<T>, initial: ReloadableConfig<T>, content: ContentFingerprint) {
    this.#options = options
    const { clock } = options
    this.#store = new ConfigStore(initial, options.timeOfDay)
    this.#subscribers = new Set(options.subscribers)
    this.#metrics = new ReloadMetrics(() => this.state, options.meterProvider)
    const events = new ReloadEvents(options.log, this.#metrics)
    this.#events = events
    this.#files = new FilesOnDisk(
      () => watchedFiles(options, this.#store.loaded),
      () => this.#watch.touch(),
    )
    this.#watch = new FileWatch(this.#files, NOTHING_SEEN, {
      clock,
      tickMs: options.tickMs,
      maxUnstableMs: options.maxUnstableMs,
      pollMs: options.pollMs,
      onChange: () => void this.#queue.request({ trigger: 'files changed', isSettled: true }),
      onPollOnly: (codes) => {
        const message = `Files of the configuration can not be watched (${codes.join(', ')}); their content is compared every ${options.pollMs} ms instead`
        events.trouble('config.poll_only', { codes, pollMs: options.pollMs }, message)
      },
    })
    const cycle = new ReloadCycle<T>(
      {
        ...options,
        store: this.#store,
        reader: new ConsistentReader({
          load: options.load,
          fingerprint: () => this.#files.fingerprint(),
          clock,
          tickMs: options.tickMs,
          limitMs: options.loadLimitMs,
          onUnread: () => this.#watch.forget(),
        }),
        rules: { hot: options.hot, restart: options.restart, observed: this.#observed },
        subscribers: () => [...this.#subscribers],
        checkTimes: options,
        events,
        onContent: (seen) => this.#watch.acknowledge(seen),
      },
      content,
    )
    this.#queue = new ReloadQueue(
      ({ trigger, isSettled }) =>
        // Not in the configuration of a request that has asked for it: subscribers see what they commit.
        this.#store.outside(async () => {
          if (this.#heldUntil !== undefined) await this.#heldUntil
          const reload = { isOver: false }
          const result = this.#inside.run(reload, () => cycle.run(trigger, this.#stop.signal, { isSettled }))
          return result.finally(() => (reload.isOver = true))
        }),
      (earlier, later) => ({ trigger: earlier.trigger, isSettled: earlier.isSettled && later.isSettled }),
    )
  }

  /**
   * The configuration: inside {@link Reloader.run} the one of its beginning, elsewhere the latest. Read it where it is used;
   * a copy that is kept stays what it was.
   */
  get current(): T {
    return this.#store.current.value
  }

  /** The same with its generation and where it came from. */
  get snapshot(): ConfigSnapshot<T> {
    return this.#store.current
  }

  /** What holds for work that begins now, even inside {@link Reloader.run}: for a timer that a request has set. */
  get latest(): T {
    return this.#store.latest.value
  }

  /** The same with its generation and where it came from. */
  get latestSnapshot(): ConfigSnapshot<T> {
    return this.#store.latest
  }

  get state(): ReloaderState {
    const { generation, hash, at, trigger, files } = this.#store.latest
    const { lastRejection, pendingRestart, trialUntil } = this.#store
    const lastReloadSuccessful = lastRejection === undefined
    return { generation, hash, at, trigger, files, lastReloadSuccessful, lastRejection, trialUntil, pendingRestart }
  }

  /** Every value in force as it may be shown, with its source where the load tells it. */
  explain(): readonly ConfigEntry[] {
    return this.#store.loaded.explain?.() ?? []
  }

  /** What {@link Reloader.explain} tells as an aligned text, where the load makes one. */
  describe(): string {
    return this.#store.loaded.describe?.() ?? ''
  }

  /** A text that others wrote, on one line and without the secrets of what is in force. */
  scrub(text: string): string {
    return scrubbed(text, this.#store.loaded)
  }

  /** Runs a request or a job, which sees one configuration from its beginning to its end, in all that it awaits. */
  run<R>(work: () => R): R {
    return this.#store.run(work)
  }

  /**
   * The configuration for a component that starts. What it reads of it, then or later, needs a restart to change; what
   * it reads of {@link Reloader.current} does not.
   */
  observe(component: string): T {
    return this.#observed.observe(this.#store.latest.value, component)
  }

  /**
   * {@link Reloader.run} for a method and its arguments, in a snapshot that was taken before: for what Node calls again
   * and again for one request, such as the events of its body.
   *
   * @internal
   */
  apply<R>(snapshot: ConfigSnapshot<T>, method: (...args: never[]) => R, self: unknown, args: readonly unknown[]): R {
    return this.#store.apply(snapshot, method, self, args)
  }

  /**
   * Puts every reload off until `ready` is settled, or the reloader is closed: components that start one after the other
   * shall start with one configuration.
   *
   * @internal
   */
  holdUntil(ready: Promise<unknown>): void {
    const { signal } = this.#stop
    const closed = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    const held = Promise.race([ready.catch(() => {}), closed]).then(() => {
      if (this.#heldUntil === held) this.#heldUntil = undefined
    })
    this.#heldUntil = held
  }

  /**
   * Takes part in every change from now on, after those who do already.
   *
   * @returns ends that; a change that has begun is led to its end with it
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a subscriber that could never be asked or does nothing
   */
  subscribe(subscriber: ConfigSubscriber<T>): () => void {
    requireSubscriber(subscriber, this.#options.files)
    this.#subscribers.add(subscriber)
    return () => this.unsubscribe(subscriber)
  }

  /** Ends what {@link Reloader.subscribe} began. */
  unsubscribe(subscriber: ConfigSubscriber<T>): void {
    this.#subscribers.delete(subscriber)
  }

  /** Begins to watch the files. What has changed since they were read is reloaded. Resolves once they are watched. */
  async start(): Promise<void> {
    if (this.#isStarted || !this.#options.isWatching || this.#stop.signal.aborted) return
    this.#isStarted = true
    await this.#watch.start()
  }

  /**
   * Reloads now, as on SIGHUP, even when the files are what they were. Never rejects, and resolves at the end of the
   * trial. Requests that arrive during a reload share one that follows it. A subscriber or a check of the reload that runs is
   * refused at once: it would wait for itself.
   *
   * @param reason what asked for it, for the log
   */
  reload(reason: string): Promise<ReloadResult> {
    if (this.#inside.getStore()?.isOver === false) return Promise.resolve(this.#refuseInside(reason))
    return this.#queue.request({ trigger: reason, isSettled: false })
  }

  #refuseInside(trigger: string): ReloadResult {
    const reason = 'it was asked for by a subscriber or a check of the reload that runs, and would wait for itself'
    this.#events.trouble('config.reload_inside', { trigger }, `A reload (${trigger}) was refused: ${reason}`)
    const { generation, pendingRestart } = this.state
    const names = pendingRestart.map(({ name }) => name)
    return Object.freeze({ outcome: 'rejected', generation, trigger, reason, changes: [], pendingRestart: names })
  }

  /**
   * Ends the watch and the reload that runs: one that is not committed is given up, one on trial stays. Nothing is reloaded
   * after that; the configuration can still be read.
   */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#metrics.close()
    // A file system that hangs holds up no shutdown.
    await settleWithin(this.#options.clock, CLOSE_LIMIT_MS, () => this.#watch.close())
    await this.#queue.idle()
  }

  /** The number of directories that are watched: for tests, and for whoever wonders where descriptors go. */
  get watcherCount(): number {
    return this.#files.watcherCount
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/**
 * A reloader of a configuration, loaded and not yet watched.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, and whatever the first load throws
 */
export async function createReloader<T>(options: ReloaderOptions<T>): Promise<Reloader<T>> {
  return openReloader(resolveReloaderOptions(options))
}

/** {@link createReloader} for options that were checked. */
export async function openReloader<T>(resolved: ResolvedReloaderOptions<T>): Promise<Reloader<T>> {
  const initial = resolved.initial ?? (await resolved.load())
  return new Reloader(resolved, initial, await readFingerprint(watchedFiles(resolved, initial)))
}

function watchedFiles<T>({ files }: ResolvedReloaderOptions<T>, loaded: ReloadableConfig<T>): readonly string[] {
  return [...new Set([...files, ...(loaded.files ?? [])])]
}
