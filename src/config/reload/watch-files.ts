import type { Cancel, Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import type { ContentFingerprint } from './content-fingerprint.ts'

/** What the watch needs of the file system, so that its waiting can be tested without one. */
export interface WatchedFiles {
  fingerprint(): Promise<ContentFingerprint>
  /** Watches where the files are now. @returns codes of what could not be watched */
  follow(): Promise<readonly string[]>
  close(): void
}

export interface FileWatchOptions {
  readonly clock: Clock
  /** A content counts once it was the same this long. */
  readonly tickMs: number
  /** A content that never stays the same for a tick is shown all the same, this long after the first event. */
  readonly maxUnstableMs: number
  /** How often the content is looked at without an event. */
  readonly pollMs: number
  readonly onChange: () => void
  /** Files can't be watched and are polled only: told once, until they could be watched again. */
  readonly onPollOnly: (codes: readonly string[]) => void
}

/**
 * Tells when the content of files has changed and stays as it is. Events only say that it is time to look: what counts is
 * the content, so events that are missing (NFS), double or about something else do no harm. One look at a time, and
 * nothing of it keeps the process alive.
 */
export class FileWatch {
  readonly #files: WatchedFiles
  readonly #options: FileWatchOptions
  readonly #stop = new AbortController()
  #known: string
  #isStarted = false
  #isSettling = false
  #isDirty = false
  #cancelPoll: Cancel = () => {}
  #isPollOnly = false
  #settled: Promise<void> = Promise.resolve()

  /** @param known the content that the caller has seen */
  constructor(files: WatchedFiles, known: ContentFingerprint, options: FileWatchOptions) {
    this.#files = files
    this.#known = known.hash
    this.#options = options
  }

  /** Resolves once the watchers are there; what changed between the caller's look and now is told. */
  async start(): Promise<void> {
    this.#isStarted = true
    await this.#follow()
    this.#schedulePoll()
    this.touch()
  }

  /** Something may have changed. */
  touch(): void {
    if (this.#stop.signal.aborted) return
    this.#isDirty = true
    if (this.#isSettling) return
    this.#isSettling = true
    this.#settled = this.#settle().finally(() => {
      this.#isSettling = false
      // An event between the last look and here.
      if (this.#isDirty) this.touch()
    })
  }

  /** The caller has seen this content by itself: it is not told again. */
  acknowledge(content: ContentFingerprint): void {
    this.#known = content.hash
  }

  /** What was told could not be read: it is told again, as soon as it stays the same. Nothing where nothing is watched. */
  forget(): void {
    this.#known = ''
    if (this.#isStarted) this.touch()
  }

  /** Resolves when no look is under way any more. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#cancelPoll()
    this.#files.close()
    await this.#settled
  }

  async #settle(): Promise<void> {
    const { clock, tickMs, maxUnstableMs } = this.#options
    const { signal } = this.#stop
    const beganAt = clock.now()
    this.#isDirty = false
    let seen = await this.#files.fingerprint()
    // Where the files are may have changed with them. Looked at again after it, so that nothing falls between.
    await this.#follow()
    for (;;) {
      await sleep(clock, tickMs, { keepAlive: false, signal })
      if (signal.aborted) return
      const isQuiet = !this.#isDirty
      this.#isDirty = false
      const now = await this.#files.fingerprint()
      if (signal.aborted) return
      const isStable = now.hash === seen.hash && isQuiet
      seen = now
      if (isStable) break
      await this.#follow()
      if (clock.now() - beganAt < maxUnstableMs) continue
      // It is told as it is now, and looked at again: what has happened since, nobody may have watched.
      this.#isDirty = true
      break
    }
    if (seen.hash === this.#known) return
    this.#known = seen.hash
    this.#options.onChange()
  }

  async #follow(): Promise<void> {
    const codes = await this.#files.follow()
    if (codes.length > 0 && !this.#isPollOnly) this.#options.onPollOnly(codes)
    this.#isPollOnly = codes.length > 0
  }

  #schedulePoll(): void {
    if (this.#stop.signal.aborted) return
    this.#cancelPoll = this.#options.clock.schedule(this.#options.pollMs, () => void this.#poll(), { keepAlive: false })
  }

  async #poll(): Promise<void> {
    if (!this.#isSettling) {
      const { hash } = await this.#files.fingerprint()
      if (hash !== this.#known) this.touch()
      else await this.#follow()
    }
    this.#schedulePoll()
  }
}
