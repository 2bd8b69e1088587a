import { type ContentFingerprint, readFingerprint } from './content-fingerprint.ts'
import { DirectoryWatchers, type WatchDirectory, watchDirectory } from './directory-watchers.ts'
import type { WatchedFiles } from './watch-files.ts'
import { findWatchedPlaces } from './watched-places.ts'

/** The files of a configuration as they lie on disk: what they hold, and whether something happened around them. */
export class FilesOnDisk implements WatchedFiles {
  readonly #watchers: DirectoryWatchers
  readonly #listFiles: () => readonly string[]

  /** @param listFiles asked at every look: a reload may bring other files */
  constructor(listFiles: () => readonly string[], onEvent: () => void, watch: WatchDirectory = watchDirectory) {
    this.#listFiles = listFiles
    this.#watchers = new DirectoryWatchers(watch, onEvent)
  }

  fingerprint(): Promise<ContentFingerprint> {
    return readFingerprint(this.#listFiles())
  }

  async follow(): Promise<readonly string[]> {
    return this.#watchers.follow(await findWatchedPlaces(this.#listFiles()))
  }

  close(): void {
    this.#watchers.close()
  }

  get watcherCount(): number {
    return this.#watchers.count
  }
}
