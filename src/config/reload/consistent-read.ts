import type { Clock } from '../../core/clock.ts'
import { settleWithin, sleep } from '../../core/wait.ts'
import type { ContentFingerprint } from './content-fingerprint.ts'
import type { ReloadableConfig } from './reloadable-config.ts'

/** What was read, with the content that it was read from. */
export type ConsistentRead<T> =
  | { readonly loaded: ReloadableConfig<T>; readonly content: ContentFingerprint }
  | { readonly error: unknown; readonly content: ContentFingerprint | undefined; readonly loaded?: undefined }

export interface ReadOptions<T> {
  readonly load: () => ReloadableConfig<T> | Promise<ReloadableConfig<T>>
  readonly fingerprint: () => Promise<ContentFingerprint>
  readonly clock: Clock
  readonly tickMs: number
  readonly limitMs: number
  /** It could not be found out what the files hold, and is worth another look now. */
  readonly onUnread: () => void
}

/** A content that changes faster than it can be read is given up after this many, and looked at anew. */
const MAX_ATTEMPTS = 10
/** So often a content is waited for that stays the same for a tick; then it has to do so only while it is read. */
const PATIENT_ATTEMPTS = 5

/**
 * Loads a configuration from files that stay the same while it is loaded, so that nothing half-written can pass for
 * whole. Nothing overlaps: while a load hangs, as on a file system that is away, no other is begun.
 */
export class ConsistentReader<T> {
  readonly #options: ReadOptions<T>
  #hanging: Promise<unknown> | undefined

  constructor(options: ReadOptions<T>) {
    this.#options = options
  }

  /** @param isSettled the content is known to have been the same for a tick */
  async read(signal: AbortSignal, { isSettled }: { readonly isSettled: boolean }): Promise<ConsistentRead<T>> {
    const { clock, limitMs } = this.#options
    if (this.#hanging !== undefined) return { error: 'an earlier load has not ended yet', content: undefined }
    const reading = this.#read(signal, isSettled)
    const settled = await settleWithin(clock, limitMs, () => reading, signal)
    switch (settled.outcome) {
      case 'done':
        return settled.value
      case 'failed':
        return { error: settled.error, content: undefined }
      case 'timed-out':
      case 'given-up':
        this.#hanging = this.#whenEnded(reading)
        return { error: `it could not be read within ${limitMs} ms`, content: undefined }
    }
  }

  /** What it was to read nobody has seen, and no event may come any more. */
  async #whenEnded(reading: Promise<unknown>): Promise<void> {
    await reading.catch(() => {})
    this.#hanging = undefined
    this.#options.onUnread()
  }

  async #read(signal: AbortSignal, isSettled: boolean): Promise<ConsistentRead<T>> {
    const { load, fingerprint, clock, tickMs } = this.#options
    let before = await fingerprint()
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !signal.aborted; attempt++) {
      if (!isSettled && attempt <= PATIENT_ATTEMPTS) {
        await sleep(clock, tickMs, { keepAlive: false, signal })
        const now = await fingerprint()
        const isSame = now.hash === before.hash
        before = now
        if (!isSame) continue
      }
      const result = await attemptTo(load)
      const after = await fingerprint()
      if (after.hash === before.hash) return { ...result, content: before }
      before = after
    }
    if (!signal.aborted) this.#options.onUnread()
    return { error: 'its files kept changing while they were read', content: undefined }
  }
}

async function attemptTo<T>(
  load: ReadOptions<T>['load'],
): Promise<{ readonly loaded: ReloadableConfig<T> } | { readonly error: unknown; readonly loaded?: undefined }> {
  try {
    return { loaded: await load() }
  } catch (error) {
    return { error }
  }
}
