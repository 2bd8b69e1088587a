import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { WatchedPlaces } from './watched-places.ts'

/** Watches a directory: `fs.watch`, or what a test puts in its place. */
export type WatchDirectory = (directory: string, onEvent: (name: string | null) => void) => DirectoryWatcher

export interface DirectoryWatcher {
  close(): void
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** More directories than any configuration has; what lies beyond is seen by the poll. */
export const MAX_WATCHERS = 128

interface Watched {
  readonly watcher: DirectoryWatcher
  /** Which directory of that name it watches: another one may have taken its place. */
  readonly identity: string
  names: ReadonlySet<string>
}

/** The real one. It keeps no process alive. */
export const watchDirectory: WatchDirectory = (directory, onEvent): FSWatcher =>
  watch(directory, { persistent: false }, (_, name) => onEvent(name))

/**
 * One watcher for each directory, no more than {@link MAX_WATCHERS}. One that fails is given up until the next
 * {@link DirectoryWatchers.follow}; that is told, and somebody has to look without being called until then.
 */
export class DirectoryWatchers {
  readonly #watch: WatchDirectory
  readonly #onEvent: () => void
  readonly #watched = new Map<string, Watched>()
  #isClosed = false

  constructor(watch: WatchDirectory, onEvent: () => void) {
    this.#watch = watch
    this.#onEvent = onEvent
  }

  get count(): number {
    return this.#watched.size
  }

  /** Watches these places and no others. @returns the codes of what could not be watched, such as `ENOSPC` */
  async follow(places: WatchedPlaces): Promise<readonly string[]> {
    for (const directory of this.#watched.keys()) if (!places.has(directory)) this.#drop(directory)
    const failures = new Set<string>()
    for (const [directory, names] of places) {
      const failure = await this.#followOne(directory, names)
      if (failure !== undefined) failures.add(failure)
    }
    return [...failures]
  }

  close(): void {
    this.#isClosed = true
    for (const directory of this.#watched.keys()) this.#drop(directory)
  }

  async #followOne(directory: string, names: ReadonlySet<string>): Promise<string | undefined> {
    const identity = await identityOf(directory)
    if (this.#isClosed) return undefined
    const known = this.#watched.get(directory)
    if (known !== undefined && known.identity === identity) {
      known.names = names
      return undefined
    }
    this.#drop(directory)
    if (identity === undefined) return undefined
    if (this.#watched.size >= MAX_WATCHERS) return 'too many directories'
    try {
      const watcher = this.#watch(directory, (name) => this.#meet(directory, name))
      watcher.on('error', () => {
        this.#drop(directory)
        this.#onEvent()
      })
      this.#watched.set(directory, { watcher, identity, names })
      return undefined
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException
      // It went away just now, and whoever told so is heard.
      return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : code
    }
  }

  #meet(directory: string, name: string | null): void {
    const watched = this.#watched.get(directory)
    const isItself = name === basename(directory)
    if (watched === undefined || (name !== null && !watched.names.has(name) && !isItself)) return
    // A directory of this name may be a new one, even with the number of the old: what watches the old one hears no more.
    if (name === null || isItself) this.#drop(directory)
    if (name !== null) this.#drop(join(directory, name))
    this.#onEvent()
  }

  #drop(directory: string): void {
    const watched = this.#watched.get(directory)
    if (watched === undefined) return
    this.#watched.delete(directory)
    watched.watcher.close()
  }
}

async function identityOf(directory: string): Promise<string | undefined> {
  try {
    const info = await stat(directory, { bigint: true })
    return info.isDirectory() ? `${info.dev}:${info.ino}:${info.birthtimeNs}` : undefined
  } catch {
    return undefined
  }
}
